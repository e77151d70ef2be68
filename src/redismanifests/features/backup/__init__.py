"""Feature: backup."""
