"""Planned: names that scenarios and the watch share: where nothing is broken no alert of severity page may fire."""

from __future__ import annotations

PROMETHEUS = "prometheus"
"""Name of the pod that watches."""
PLANNED = (
    "quiet",
    "apply",
    "redis-rolled",
    "sentinels-rolled",
    "both-rolled",
    "node-drained",
    "master-deleted",
    "setting-changed",
    "engine-changed",
    "redis-scaled-up",
    "redis-scaled-down",
    "sentinels-scaled",
    "passwords-rotated",
    "certificate-renewed",
    "authority-changed",
)
