"""Verify: a round of questions on the terminal and for CI servers.

What must not come in: the report of a verification, which is a document.
"""
