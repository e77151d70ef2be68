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
"""Seconds that a Sentinel without state may wait for a running master."""

ROUND_SECONDS = 3
"""lib.sh, redis-start.sh, sentinel-start.sh: one round of asking, a silent member running into its time-out, and the
second until the next."""

FOLLOW_AFTER_SECONDS = 5
"""redis-decide.sh: seconds after which a pod without any answer starts as a replica."""

ALONE_AFTER_SECONDS = 5
"""sentinel-decide.sh: seconds after which a Sentinel without state accepts a master without replicas."""

FIRST_START_SECONDS = FOLLOW_AFTER_SECONDS + 4 * ROUND_SECONDS + ALONE_AFTER_SECONDS + 2 * ROUND_SECONDS
"""A deployment without memory, from its first processes to a master that the Sentinels name: the others start as
replicas, ordinal 0 hears that they hold nothing, the Sentinels see that it stays alone."""

HANDOVER_EXTRA_SECONDS, HANDOVER_CAP_SECONDS = 15, 60
"""redis-decide.sh: seconds in addition to down-after, and the maximum: the wait of an older copy for the last master,
and for the Sentinels before they are requested to promote another one."""

ASK_AGAIN_SECONDS = 10
"""redis-start.sh: seconds after which a starting pod repeats its failover request when none is in progress."""

UNATTENDED_SECONDS = 3
"""redis-fence-decide.sh: seconds for which the Sentinels agree that the master is down before a replica requests a
failover, where none is in progress."""

SYNC_SECONDS = 15
"""redis-handover.sh: longest wait of the hook for replicas that it can hand over to, in seconds."""

OFFSETS_SECONDS = 2
"""redis-handover.sh: with writes paused, the longest wait for replicas to have every byte (20 looks, 0.1 s apart)."""

PAUSED_CALL_SECONDS = 1
"""redis-handover.sh: with writes paused, the longest wait for one answer."""

SPIN_PAUSE_SECONDS = 30
"""sentinel-links.sh: between two cures of a link that spins."""

FENCE_SECONDS = 2
"""redis-fence.sh: from the moment that a replica has left until the fence has asked the others why: an answer of the
own server (two of EVERY), and the longest call."""
