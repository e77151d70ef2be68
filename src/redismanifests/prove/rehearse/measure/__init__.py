"""Measure: what a rehearsal records and computes: traffic, roles, data, recovery."""
