"""Startup: the longest waits of the start-up scripts, from which probe budgets follow.

The scripts hold these bounds as constants of their own; tests/startup holds the two together.
"""

from __future__ import annotations

DISCOVERY_SECONDS = 10
"""redis-start.sh: how long it asks around before it falls back to what its volume remembers."""

PROMOTION_SECONDS = 60
"""redis-start.sh: the longest it waits for Sentinels to promote a replica that is still alive."""

REDIS_BUDGET_SECONDS = DISCOVERY_SECONDS + PROMOTION_SECONDS + 30
"""Until a starting Redis answers anything, LOADING included, with 30 s of slack for a slow node."""

SENTINEL_BUDGET_SECONDS = 300
"""A Sentinel without state waits for a running master, however long that takes to come up."""
