"""Feature: mesh."""
