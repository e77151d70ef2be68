"""Deaths: processes and pods that end, one or all."""
