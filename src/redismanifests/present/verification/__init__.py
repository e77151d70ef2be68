"""Verification: the report of what was seen of a deployment, and of two of them side by side."""
