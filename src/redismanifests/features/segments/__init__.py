"""Feature: segments of the append-only file."""
