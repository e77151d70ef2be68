"""Feature: platform."""
