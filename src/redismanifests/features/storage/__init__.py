"""Feature: storage."""
