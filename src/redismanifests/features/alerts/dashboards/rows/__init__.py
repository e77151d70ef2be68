"""Rows of a deployment's dashboard: one file each."""
