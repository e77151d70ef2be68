"""Feature: engine."""
