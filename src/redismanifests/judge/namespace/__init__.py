"""Namespace: what the owner of the namespace allows, against what a deployment asks for."""
