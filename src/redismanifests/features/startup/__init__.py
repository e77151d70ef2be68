"""Feature: startup."""
