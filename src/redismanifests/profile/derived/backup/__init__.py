"""Backup: what follows from the settings of a backup."""
