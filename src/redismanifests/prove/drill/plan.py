"""Plan: what a drill will do to a deployment, and what may be unavailable for how long, before anything is done."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.errors import RedismanifestsError
from redismanifests.profile.derived.members import redis_workload, sentinel_workload
from redismanifests.profile.derived.recovery import CLIENT_MS, recovery
from redismanifests.profile.formulas import votes
from redismanifests.profile.formulas.drill import Kind
from redismanifests.prove.faults import (
    both_rolled,
    master_deleted,
    master_force_deleted,
    master_killed,
    node_drained,
    sentinels_lost,
)

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile
    from redismanifests.prove.faults.fault import Fault

SAFETY_FACTOR = 3
"""Multiple of the bound without a master after which the drill gives up and prints what to do."""
SETTLE_S = 2.0
"""Seconds in addition to down-after: before a fault is noticed, the deployment looks healthy."""
PER_POD_S = 120.0
"""Until a pod that was made again is ready: an image that is there, its load, and the probes."""
WHOLE_S = 120.0
"""Beside the bound: until the former master is back as a replica that every Sentinel sees."""


class Way(StrEnum):
    """How a master ends."""

    KILL = "kill"
    """Its process, as the kernel ends it."""
    DELETE = "delete"
    """Its pod: the preStop hook hands the role over."""
    FORCE_DELETE = "force-delete"
    """Its pod, without grace."""


class Plan(NamedTuple):
    """One drill of one deployment."""

    kind: Kind
    way: Way | None
    node: str
    """The one that is drained."""
    losable: int
    """Sentinels that end in a sentinel-loss."""
    bound_s: float
    """Longest time without an acknowledged write."""
    settle_s: float
    """Grace period after the fault during which an all-healthy reading is ignored."""
    limit_s: float
    """For all of it, from the fault on."""

    @property
    def safety_s(self) -> float:
        """Seconds without an acknowledged write after which the drill is given up."""
        return max(SAFETY_FACTOR * self.bound_s, SAFETY_FACTOR * 10.0)


def plan(profile: Profile, kind: Kind, *, way: Way | None = None, node: str = "") -> Plan:
    """What a drill of that kind means for ``profile``; raises where it cannot be done."""
    losable = votes.sentinels_to_lose(profile.sentinel.replicas, profile.sentinel.quorum)
    if kind is Kind.SENTINEL_LOSS and not losable:
        raise RedismanifestsError(
            f"no Sentinel may be lost: {profile.sentinel.replicas} of them, and a quorum of "
            f"{profile.sentinel.quorum}",
            "run 3 Sentinels with a quorum of 2",
        )
    bound_s = CLIENT_MS / 1000 if kind is Kind.SENTINEL_LOSS else recovery(profile).normal_ms / 1000
    pods = {
        Kind.FAILOVER: 1,
        Kind.ROLLING_RESTART: profile.redis.replicas + profile.sentinel.replicas,
        Kind.SENTINEL_LOSS: losable,
        Kind.DRAIN: 2,
    }[kind]
    return Plan(
        kind=kind,
        way=(way or Way.KILL) if kind is Kind.FAILOVER else None,
        node=node,
        losable=losable,
        bound_s=bound_s,
        settle_s=profile.sentinel.down_after.milliseconds / 1000 + SETTLE_S,
        limit_s=bound_s + WHOLE_S + pods * PER_POD_S,
    )


_ENDS = {
    Way.KILL: master_killed.FAULT,
    Way.DELETE: master_deleted.FAULT,
    Way.FORCE_DELETE: master_force_deleted.FAULT,
}
_FAULTS = {
    Kind.ROLLING_RESTART: both_rolled.FAULT,
    Kind.SENTINEL_LOSS: sentinels_lost.FAULT,
    Kind.DRAIN: node_drained.FAULT,
}


def fault_of(chosen: Plan) -> Fault:
    """What this drill does."""
    return _FAULTS.get(chosen.kind) or _ENDS[chosen.way or Way.KILL]


class Blast(NamedTuple):
    """The state before the drill; None if unknown."""

    master: str
    clients: int | None
    changes: float | None
    """Keys that are changed a second."""


def blast_lines(profile: Profile, chosen: Plan, blast: Blast) -> tuple[str, ...]:
    """What a person should know before he says yes."""
    clients = "an unknown number of" if blast.clients is None else str(blast.clients)
    changes = "no one knows how many" if blast.changes is None else f"{blast.changes:.0f}"
    redis, sentinel = redis_workload(profile), sentinel_workload(profile)
    done = {
        Kind.FAILOVER: {
            Way.KILL: f"The process of {blast.master}, the master, is killed; up to 2 s of load come first.",
            Way.DELETE: f"Pod {blast.master}, the master, is deleted; its hook hands the role over first.",
            Way.FORCE_DELETE: f"Pod {blast.master}, the master, is deleted without grace.",
            None: "",
        }[chosen.way],
        Kind.ROLLING_RESTART: f"All pods of {redis.name} and {sentinel.name} are made again, one after the other; "
        f"{blast.master} is the master.",
        Kind.SENTINEL_LOSS: f"{chosen.losable} of {len(sentinel.pods)} Sentinels are deleted without grace, at once; "
        f"{blast.master} is the master and is not touched.",
        Kind.DRAIN: f"Node {chosen.node} is cordoned, this deployment's pods on it are evicted, and it is uncordoned; "
        f"other pods stay. {blast.master} is the master.",
    }[chosen.kind]
    stops = (
        f"Writes are expected to go on; a pause of more than {chosen.bound_s:g} s is a fault."
        if chosen.kind is Kind.SENTINEL_LOSS
        else f"Writes, and reads from the master, are not available for up to {chosen.bound_s:g} s"
        + (" each time the master changes." if chosen.kind is Kind.ROLLING_RESTART else ".")
    )
    return (
        done,
        f"Connected to the master: {clients} clients (Sentinels among them), who change {changes} keys a second.",
        stops,
        f"Without an acknowledged write for {chosen.safety_s:g} s it is given up, and prints what to do.",
        "A pod that writes about 30 keys a second, with names of its own, runs meanwhile; its keys are removed "
        "afterwards.",
    )
