"""Remedy: what to do if a check fails: a sentence in the imperative, and the first command.

Each check has its own; shared ones, and the commands, are here.
"""

from __future__ import annotations

from typing import NamedTuple


class Remedy(NamedTuple):
    """``command`` has the placeholders NAMESPACE, DEPLOYMENT and PROFILE."""

    do: str
    command: str


APPLY = "redismanifests render PROFILE && kubectl -n NAMESPACE apply -f rendered/"
LOOK = "kubectl -n NAMESPACE describe pods -l app.kubernetes.io/instance=DEPLOYMENT"
REDIS_LOG = "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis --tail=100"
SENTINEL_LOG = "kubectl -n NAMESPACE logs DEPLOYMENT-sentinel-0 -c sentinel --tail=100"
RESTART_REDIS = "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT"
RESTART_SENTINEL = "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT-sentinel"
USED = "kubectl -n NAMESPACE exec DEPLOYMENT-0 -c redis -- df -h /data"
LIMITS = "redismanifests check --table PROFILE"
NOT_AS_ASKED = Remedy(
    "Render and apply the profile, and wait for the rollout; this replaces values that were set by hand.",
    APPLY,
)
PARTED = Remedy(
    "Read the replica's log about its link: a password, a policy, DNS or a running full copy keeps it down.",
    REDIS_LOG,
)
AT_ODDS = Remedy(
    "Wait for half a minute and verify again, because a failover may be in progress. If it stays, read the Sentinels' "
    "logs, and restart them one after the other.",
    SENTINEL_LOG,
)
STRANGERS = Remedy(
    "Restart the Sentinels: they start with exactly the members of the profile, and forget all others.",
    RESTART_SENTINEL,
)
DISK = Remedy(
    "Check whether the volume is full, and add space: a larger redis.storage.size, or a smaller maxmemory.",
    USED,
)
