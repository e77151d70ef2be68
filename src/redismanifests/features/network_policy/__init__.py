"""Feature: network policy."""
