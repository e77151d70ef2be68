"""Proof: commands that run, ask and break a deployment."""
