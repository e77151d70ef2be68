"""Manifests: commands that judge and render."""
