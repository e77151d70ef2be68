"""Sources: YAML documents with line and column of each value, and edits that change nothing else."""
