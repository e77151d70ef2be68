"""Rollouts: changes on purpose: settings, replicas, nodes drained."""
