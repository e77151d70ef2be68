"""Documents about backups."""
