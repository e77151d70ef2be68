"""Feature: probe."""
