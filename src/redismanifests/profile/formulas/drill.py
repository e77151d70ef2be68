"""Drill: the ways in which a running deployment is broken on purpose, by name.

Why: a profile names them as proofs of its requirements, and the command line as what is to be done.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What is done."""

    FAILOVER = "failover"
    """The master ends: its process is killed, or its pod deleted."""
    ROLLING_RESTART = "rolling-restart"
    """Every pod is made again, one after the other, as an update does it."""
    SENTINEL_LOSS = "sentinel-loss"
    """As many Sentinels end as may be lost."""
    DRAIN = "drain"
    """A node is emptied, as for its maintenance."""
