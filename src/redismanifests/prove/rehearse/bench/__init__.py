"""Bench: what a rehearsal is set up with: objects, images, Secrets, access."""
