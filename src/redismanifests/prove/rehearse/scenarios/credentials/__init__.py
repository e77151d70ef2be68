"""Credentials: passwords and certificates that change, end or are wrong."""
