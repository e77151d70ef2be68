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

_LIMITS = "redismanifests check --table PROFILE"

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
    "PB080": Remedy(
        "Read which part was refused what: its account lacks a right, or its password is another one.",
        "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis --tail=100",
    ),
    "PB081": Remedy(
        "Close it now: somebody turned off a password or TLS under the running server, or its pod began without them; "
        "make the pods anew.",
        _RESTART_REDIS,
    ),
    "PB100": Remedy("Apply what the profile gives.", _APPLY),
    "PB101": Remedy(
        "Delete what an earlier profile left, when nothing uses it any more; a claim holds data.",
        "redismanifests check --against - PROFILE",
    ),
    "PB102": Remedy(
        "Find out who changed it and why; then put it into the profile, or apply what the profile gives.",
        _APPLY,
    ),
    "PB110": Remedy(
        "Find out from its events and its last words why a pod is not there or not ready.", _LOOK
    ),
    "PB111": Remedy(
        "Wait for the rollout; where it stands still, the pod it waits for says why.",
        "kubectl -n NAMESPACE rollout status statefulset/DEPLOYMENT --timeout=5m",
    ),
    "PB112": Remedy("Read the events of the pod: its image, its volume, its place on a node.", _LOOK),
    "PB113": Remedy(
        "Find out why it ended: 137 is the memory limit or a liveness probe, anything else stands in its last words.",
        "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis --previous --tail=100",
    ),
    "PB120": Remedy(
        "Bring back the rule that keeps the pods apart, then delete one of those that share a node: it moves.",
        _APPLY,
    ),
    "PB121": Remedy(
        "Give every zone a node with room, then delete one of the pods that share a zone: it moves.",
        "kubectl -n NAMESPACE get pods -o wide",
    ),
    "PB130": Remedy(
        "Write the requests and limits that the namespace adds into the profile, or have its LimitRange changed.",
        _LIMITS,
    ),
    "PB131": Remedy(
        "Fit the profile to the LimitRange before a pod has to be made again: it would be refused.", _LIMITS
    ),
    "PB132": Remedy(
        "Have the level of the namespace set to what was agreed, before a pod has to be made again.",
        "kubectl -n NAMESPACE get events --field-selector reason=FailedCreate",
    ),
    "PB133": Remedy(
        "Pin the image by its digest in the profile, and roll out: a tag has moved, or a registry answers otherwise.",
        _RESTART_REDIS,
    ),
    "PB140": Remedy(
        "Read the events of the claim: its class, its size, whether anything provides volumes.",
        "kubectl -n NAMESPACE describe pvc -l app.kubernetes.io/instance=DEPLOYMENT",
    ),
    "PB141": _DISK,
    "PB150": _NOT_AS_ASKED,
    "PB151": Remedy(
        "Take the label away from the pods that are no part of this; where one of ours is missing, see why it is not "
        "ready.",
        "kubectl -n NAMESPACE get endpointslices -l app.kubernetes.io/instance=DEPLOYMENT -o yaml",
    ),
    "PB160": _NOT_AS_ASKED,
    "PB161": _NOT_AS_ASKED,
    "PB162": _NOT_AS_ASKED,
    "PB170": _NOT_AS_ASKED,
    "PB171": Remedy(
        "Read what the exporter says: it cannot log in, or does not know this version of the server (RM075).",
        "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis-exporter --tail=100",
    ),
    "PB172": _NOT_AS_ASKED,
    "PB180": Remedy(
        "Bring the missing pods back first: as long as one is away, no node may be emptied.", _LOOK
    ),
    "PB181": Remedy(
        "Delete the other PodDisruptionBudget, or narrow its selector.",
        "kubectl -n NAMESPACE get poddisruptionbudgets -o wide",
    ),
    "PB190": Remedy(
        "Find out what slows the replica down, or raise the backlog.",
        "kubectl -n NAMESPACE top pods -l app.kubernetes.io/instance=DEPLOYMENT --containers",
    ),
    "PB191": Remedy(
        "Let Redis defragment (activedefrag), or restart it after giving its role away; raise the limit if data grew.",
        "kubectl -n NAMESPACE exec DEPLOYMENT-0 -c redis -- redis-cli memory doctor",
    ),
    "PB192": Remedy(
        "Look again in a minute: what stays is what an alert would be for.",
        "redismanifests verify PROFILE --select PB192",
    ),
    "PB195": Remedy(
        "Renew the certificate, and see that the servers took it.",
        "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT statefulset/DEPLOYMENT-sentinel",
    ),
    "PB196": Remedy(
        "Set tls.revision to another text, render and apply: servers read a certificate when they start.",
        "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT statefulset/DEPLOYMENT-sentinel",
    ),
}


def remedy(code: str) -> Remedy | None:
    """What to do about a failure of that probe; None where nothing is known beyond its evidence."""
    return _REMEDIES.get(code)
