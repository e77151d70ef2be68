"""Alerts about what runs out: one file each."""
