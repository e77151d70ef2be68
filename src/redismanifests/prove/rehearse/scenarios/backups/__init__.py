"""Scenarios of backups: what breaks while one is made, and a restore in place."""
