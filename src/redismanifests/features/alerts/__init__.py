"""Feature: alerts, and what Prometheus scrapes."""
