"""Feature: pod."""
