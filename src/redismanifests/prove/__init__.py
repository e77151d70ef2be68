"""Prove: whether a deployment works and fails over: checks, rehearsals, live clusters, drills."""
