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

LEAVE_SECONDS = 12
"""sentinel-leave.sh: the longest that the preStop hook takes, its last look running into its time-out."""

LEAVE_GRACE_SECONDS = LEAVE_SECONDS + 3
"""That, and the end of the process."""

SENTINEL_BUDGET_SECONDS = 300
"""A Sentinel without state waits for a running master, however long that takes to come up."""

ROUND_SECONDS = 3
"""lib.sh, redis-start.sh, sentinel-start.sh: one round of asking, a silent member running into its time-out, and the
second until the next."""

FOLLOW_AFTER_SECONDS = 5
"""redis-decide.sh: a pod that nobody tells anything starts as a replica after so long."""

ALONE_AFTER_SECONDS = 5
"""sentinel-decide.sh: a Sentinel without memory takes a master without replicas after so long."""

ASK_AGAIN_SECONDS = 10
"""redis-start.sh: a start that asked for a failover asks again after so long, if nobody is at one."""

SYNC_SECONDS = 15
"""redis-handover.sh: the hook waits so long for replicas to hand over to."""

OFFSETS_SECONDS = 2
"""redis-handover.sh: with writes paused, the longest wait for replicas to have every byte (20 looks, 0.1 s apart)."""

PAUSED_CALL_SECONDS = 1
"""redis-handover.sh: with writes paused, the longest wait for one answer."""

SPIN_PAUSE_SECONDS = 30
"""sentinel-links.sh: between two cures of a link that spins."""
