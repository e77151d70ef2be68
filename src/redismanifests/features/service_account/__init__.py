"""Feature: service account."""
