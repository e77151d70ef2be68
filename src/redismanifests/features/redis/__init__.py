"""Feature: redis."""
