"""Backups: what is in the store of a profile, and whether it can be restored."""
