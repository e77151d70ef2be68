"""Features: one file is one thing a user can configure. Features do not import each other."""
