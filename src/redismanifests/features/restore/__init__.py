"""Feature: restore."""
