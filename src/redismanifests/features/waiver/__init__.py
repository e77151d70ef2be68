"""Feature: waiver."""
