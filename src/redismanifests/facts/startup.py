"""Startup: the longest waits of the start-up scripts, from which probe budgets follow.

The scripts hold these bounds as constants of their own; tests/startup holds the two together.
"""

from __future__ import annotations

REDIS_WAIT_SECONDS = 66
"""redis-start.sh: the longest wait that ends by itself (for the Sentinels to promote a replica that is alive)."""

REDIS_BUDGET_SECONDS = REDIS_WAIT_SECONDS + 54
"""Until a starting Redis answers anything, LOADING included, with slack for a slow node."""

HANDOVER_SECONDS = 40
"""redis-handover.sh: the longest that the preStop hook takes, every call in it running into its time-out."""

SENTINEL_BUDGET_SECONDS = 300
"""A Sentinel without state waits for a running master, however long that takes to come up."""
