"""Feature: requirement."""
