"""Feature: disruption."""
