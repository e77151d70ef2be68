"""Feature: spread."""
