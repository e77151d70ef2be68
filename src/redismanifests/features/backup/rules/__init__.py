"""Backup rules."""
