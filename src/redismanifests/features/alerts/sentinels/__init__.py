"""Alerts about who would take over: one file each."""
