"""Alerts about whether the deployment takes writes: one file each."""
