"""Migrate: what another tool deployed, read and judged, and the profile that follows from it."""
