"""Alerts about what is seen: one file each."""
