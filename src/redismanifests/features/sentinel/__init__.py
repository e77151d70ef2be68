"""Feature: sentinel."""
