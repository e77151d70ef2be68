"""Alerts: a real Prometheus in a rehearsal scrapes the exporters and evaluates the rendered rules."""
