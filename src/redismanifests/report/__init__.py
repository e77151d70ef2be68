"""Report: the only rooms, with the command line, that format for people and machines."""
