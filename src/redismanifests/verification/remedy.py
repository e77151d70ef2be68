"""Remedy: what to do about a probe that failed: a sentence in the imperative, and the command to begin with.

Why: a report that only says what is wrong leaves a tired person at night with it. What must not come in: remedies that
change a deployment without saying so; each command here looks, applies what was rendered, or restarts.
"""

from __future__ import annotations

from typing import NamedTuple


class Remedy(NamedTuple):
    """``command`` has NAMESPACE, DEPLOYMENT and PROFILE where theirs belong."""

    do: str
    command: str


_APPLY = "redismanifests render PROFILE && kubectl -n NAMESPACE apply -f rendered/"
_LOOK = "kubectl -n NAMESPACE describe pods -l app.kubernetes.io/instance=DEPLOYMENT"
_REDIS_LOG = "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis --tail=100"
_SENTINEL_LOG = "kubectl -n NAMESPACE logs DEPLOYMENT-sentinel-0 -c sentinel --tail=100"
_RESTART_REDIS = "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT"
_RESTART_SENTINEL = "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT-sentinel"
_USED = "kubectl -n NAMESPACE exec DEPLOYMENT-0 -c redis -- df -h /data"

_NOT_AS_ASKED = Remedy(
    "Apply what the profile gives, and wait for the rollout; a value that somebody set by hand ends with it.",
    _APPLY,
)
_PARTED = Remedy(
    "Read what the replica says about its link: a password, a policy, DNS or a full copy under way keeps it off.",
    _REDIS_LOG,
)
_AT_ODDS = Remedy(
    "Wait for half a minute and verify again, for a failover may be under way; if it stays, read what the Sentinels "
    "say, and restart them one after the other.",
    _SENTINEL_LOG,
)
_STRANGERS = Remedy(
    "Restart the Sentinels: they start with exactly the members that the profile names, and forget all others.",
    _RESTART_SENTINEL,
)
_DISK = Remedy(
    "Look whether the volume is full, and give it room: a larger redis.storage.size, or a smaller maxmemory.",
    _USED,
)

_REMEDIES = {
    "PB001": Remedy(
        "Find out from its events and its last words why the pod is not there or not ready.", _LOOK
    ),
    "PB002": Remedy(
        "Read what the Redis that does not answer says; it may still be loading its data.", _REDIS_LOG
    ),
    "PB003": Remedy(
        "Read what the Sentinel says that does not answer or watches something else.", _SENTINEL_LOG
    ),
    "PB010": _AT_ODDS,
    "PB011": _PARTED,
    "PB012": _PARTED,
    "PB013": _AT_ODDS,
    "PB014": Remedy(
        "Find out what slows the replica down: its CPU limit, its disk, the network of its node.",
        "kubectl -n NAMESPACE top pods -l app.kubernetes.io/instance=DEPLOYMENT --containers",
    ),
    "PB015": _NOT_AS_ASKED,
    "PB020": _AT_ODDS,
    "PB021": _AT_ODDS,
    "PB022": Remedy(
        "Do not rely on a failover until this passes: none can happen. See that Redis announces what Sentinel resolves "
        "(RM045), and that it may ask every Redis for INFO.",
        "redismanifests explain RM045",
    ),
    "PB023": _STRANGERS,
    "PB024": _AT_ODDS,
    "PB025": _PARTED,
    "PB026": Remedy(
        "Let Sentinel resolve and announce host names, or let Redis announce addresses: the profile's addressing.mode "
        "does both alike.",
        "redismanifests explain RM138",
    ),
    "PB027": Remedy(
        "Wait for 30 seconds and verify again; if it comes back, take away the Sentinels' CPU limit (RM025), and look "
        "at DNS and at the clock of the node.",
        "redismanifests explain RM025",
    ),
    "PB030": _NOT_AS_ASKED,
    "PB031": Remedy(
        "Set sentinel.quorum to a majority that is there when one Sentinel is lost.",
        "redismanifests explain RM012",
    ),
    "PB032": _NOT_AS_ASKED,
    "PB033": Remedy("Bring the missing Sentinels back: without a majority nobody is elected.", _LOOK),
    "PB034": _STRANGERS,
    "PB035": _AT_ODDS,
    "PB040": _NOT_AS_ASKED,
    "PB041": _NOT_AS_ASKED,
    "PB042": _DISK,
    "PB043": _DISK,
    "PB044": _DISK,
    "PB050": _NOT_AS_ASKED,
    "PB051": Remedy(
        "Set redis.maxmemory below the container's limit, with room for the copy that a fork needs.",
        "redismanifests explain RM032",
    ),
    "PB052": Remedy(
        "Give Redis more memory, or find the keys that should have gone: at maxmemory writes are refused or data is "
        "evicted.",
        "kubectl -n NAMESPACE exec DEPLOYMENT-0 -c redis -- redis-cli --bigkeys",
    ),
    "PB060": _NOT_AS_ASKED,
    "PB061": Remedy("Find out which replica does not follow: its lag and its link say so.", _REDIS_LOG),
    "PB070": Remedy(
        "Take the renamed commands back: a Sentinel that may not send them stops half-way.",
        "redismanifests explain RM082",
    ),
    "PB071": Remedy(
        "Restart the pods, so that Redis reads its file again; where it stays, the value is one that this version of "
        "Redis does not keep.",
        _RESTART_REDIS,
    ),
}


def remedy(code: str) -> Remedy | None:
    """What to do about a failure of that probe; None where nothing is known beyond its evidence."""
    return _REMEDIES.get(code)
