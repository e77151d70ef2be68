"""Derived: answers about a whole profile: members, connections, credentials, memory, recovery."""
