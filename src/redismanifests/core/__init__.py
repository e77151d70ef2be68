"""Core: leaves that know nothing of Redis (values, sources, findings). Nothing here imports a room above."""
