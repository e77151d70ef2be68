"""Feature: tls."""
