"""Feature: recovery."""
