"""Alerts about members and copies: one file each."""
