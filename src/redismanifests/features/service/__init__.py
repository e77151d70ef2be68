"""Feature: service."""
