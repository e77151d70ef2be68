"""Feature: exporter."""
