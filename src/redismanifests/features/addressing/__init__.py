"""Feature: addressing."""
