"""Cluster: checks that query the API server."""
