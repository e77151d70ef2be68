"""Feature: migration."""
