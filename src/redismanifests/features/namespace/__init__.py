"""Feature: namespace."""
