"""Plan: a deployment on one screen: what a team looks at before it says yes.

Every figure is one of `facts`, every pod and Service one of the rendered objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.namespace.table import Table, table
from redismanifests.judge.objects.needs import needs
from redismanifests.profile.derived import recovery, sizing
from redismanifests.profile.derived.backup.course import courses
from redismanifests.profile.derived.backup.restore import first_write
from redismanifests.profile.derived.members import redis_workload, sentinel_workload
from redismanifests.profile.derived.window import Window, windows
from redismanifests.profile.formulas import votes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Finding
    from redismanifests.core.object import Object
    from redismanifests.judge.objects.needs import Need
    from redismanifests.judge.review import Review
    from redismanifests.profile.derived.backup.course import Course
    from redismanifests.profile.derived.members import Workload
    from redismanifests.profile.model import Profile


class Amount(NamedTuple):
    """A part of a budget, or a bound of it: its name, how much (milliseconds or bytes), and how that is written."""

    name: str
    amount: int
    written: str


class Budget(NamedTuple):
    """What is there, and what it is for, part after part."""

    title: str
    limit: Amount
    parts: tuple[Amount, ...]
    beyond: tuple[Amount, ...] = ()
    """What comes on top when something else fails as well."""
    total: str = ""
    """What the parts come to, in words."""

    @property
    def used(self) -> int:
        """The sum of the parts."""
        return sum(part.amount for part in self.parts)

    @property
    def fits(self) -> bool:
        """Whether the parts are within the limit."""
        return self.used <= self.limit.amount


class Pods(NamedTuple):
    """The pods of a workload, and what each of them has."""

    name: str
    pods: tuple[str, ...]
    image: str
    requests: str
    limits: str
    volume: str
    drain: str
    """How many a drain may evict at a time."""


class Door(NamedTuple):
    """A Service, or those of the pods of a workload together."""

    name: str
    port: int
    type: str
    use: str


class Loss(NamedTuple):
    """How many of some pods may be lost, and what then ends."""

    what: str
    there: int
    rule: str
    losable: int
    then: str


class Plan(NamedTuple):
    """All of it."""

    name: str
    namespace: str
    kubernetes: str
    master: str
    """The name that clients ask Sentinel for."""
    workloads: tuple[Pods, ...]
    must_not_share: tuple[str, ...]
    """Topology keys of which no two pods of a workload share a value."""
    should_not_share: tuple[str, ...]
    doors: tuple[Door, ...]
    courses: tuple[Course, ...]
    """What `migration`, `restore` and `backup` change."""
    losses: tuple[Loss, ...]
    windows: tuple[Window, ...]
    """Which acknowledged writes may be lost."""
    budgets: tuple[Budget, ...]
    table: Table
    findings: tuple[Finding, ...]
    needs: tuple[Need, ...]
    """What someone must provide before the pods can start."""


def plan(reviewed: Review) -> Plan:
    """The plan of a reviewed profile."""
    profile = reviewed.profile
    manifests = [each.manifest for each in reviewed.rendering.objects]
    sets = {m["metadata"]["name"]: m for m in manifests if m["kind"] == "StatefulSet"}
    services = {m["metadata"]["name"]: m for m in manifests if m["kind"] == "Service"}
    drains = {m["metadata"]["name"]: m["spec"] for m in manifests if m["kind"] == "PodDisruptionBudget"}
    workloads = (redis_workload(profile), sentinel_workload(profile))
    return Plan(
        name=profile.name,
        namespace=profile.namespace,
        kubernetes=profile.kubernetes_version,
        master=profile.sentinel.master_name,
        workloads=tuple(_pods(w, sets[w.name], drains.get(w.name)) for w in workloads),
        must_not_share=profile.spread.hard,
        should_not_share=profile.spread.soft,
        doors=tuple(door for w in workloads for door in _doors(w, services)),
        courses=courses(profile),
        losses=tuple(_losses(reviewed)),
        windows=windows(profile),
        budgets=tuple(_budgets(reviewed)),
        table=table(profile, reviewed.rendering, reviewed.demands),
        findings=reviewed.findings,
        needs=needs(manifests, profile.namespace),
    )


def _pods(workload: Workload, manifest: Object, drain: Object | None) -> Pods:
    spec = manifest["spec"]
    main = spec["template"]["spec"]["containers"][0]
    claims = spec.get("volumeClaimTemplates", ())
    volumes = [
        f"{c['spec']['resources']['requests']['storage']} of class {c['spec'].get('storageClassName', '(default)')}"
        for c in claims
    ]
    resources = main.get("resources", {})
    return Pods(
        workload.name,
        workload.pods,
        main["image"],
        _amounts(resources.get("requests")),
        _amounts(resources.get("limits")),
        ", ".join(volumes) or "no volume of its own",
        f"{drain['maxUnavailable']} at a time" if drain else "any number at a time",
    )


def _amounts(amounts: Object | None) -> str:
    return ", ".join(f"{value} {resource}" for resource, value in (amounts or {}).items()) or "none"


def _doors(workload: Workload, services: Object) -> Iterator[Door]:
    asks = (
        "clients ask here who the master is"
        if workload.component == "sentinel"
        else "any Redis pod, mostly a replica: reads only"
    )
    uses = {workload.client_service: asks, workload.headless_service: "stable names of the pods"}
    for name, use in uses.items():
        spec = services[name]["spec"]
        kind = "headless" if spec.get("clusterIP") == "None" else spec["type"]
        yield Door(name, workload.port, kind, use)
    own = [pod for pod in workload.pods if pod in services]
    if own:
        name = f"{own[0]} .. {own[-1].rpartition('-')[2]}"
        yield Door(name, workload.port, "ClusterIP", "one pod each: the address that it announces")


def _losses(reviewed: Review) -> Iterator[Loss]:
    redis, sentinel = reviewed.profile.redis, reviewed.profile.sentinel
    needed = votes.majority(sentinel.replicas)
    yield Loss(
        "Sentinels",
        sentinel.replicas,
        f"{sentinel.quorum} must agree that the master is down (quorum), {needed} must vote (majority)",
        votes.sentinels_to_lose(sentinel.replicas, sentinel.quorum),
        "no one can be elected",
    )
    yield Loss(
        "Redis",
        redis.replicas,
        f"a write needs the master and attached replicas: {redis.min_replicas_to_write} (minReplicasToWrite)",
        votes.redis_to_lose(redis.replicas, redis.min_replicas_to_write),
        "writes stop",
    )


def _budgets(reviewed: Review) -> Iterator[Budget]:
    profile = reviewed.profile
    target = profile.recovery.target
    again = recovery.failed_election_ms(profile.sentinel.failover_timeout.milliseconds)
    patience = profile.sentinel.failover_timeout
    parts = tuple(Amount(p.name, p.milliseconds, _seconds(p.milliseconds)) for p in recovery.phases(profile))
    usual = sum(part.amount for part in parts)
    yield Budget(
        "Time without a master",
        Amount("recovery.target", target.milliseconds, str(target)),
        parts,
        (
            Amount(
                f"an election fails: 2 x {patience} + {_seconds(again - 2 * patience.milliseconds)}",
                again,
                _seconds(again),
            ),
        ),
        f"{_seconds(usual)}, {_seconds(usual + again)} after a failed election",
    )
    yield from _restore(profile)
    limit = profile.redis.resources.limits.memory
    yield Budget(
        "Memory of a redis container",
        Amount("limits.memory", limit.bytes, str(limit)),
        tuple(Amount(p.name, p.bytes, _mebibytes(p.bytes)) for p in sizing.memory_parts(profile)),
    )
    size = profile.redis.storage.size
    yield Budget(
        "Volume of a redis pod",
        Amount("storage.size", size.bytes, str(size)),
        tuple(Amount(p.name, p.bytes, _mebibytes(p.bytes)) for p in sizing.disk_parts(profile)),
    )


def _restore(profile: Profile) -> Iterator[Budget]:
    if profile.restore is None:
        return
    phases = first_write(profile, profile.restore)
    parts = tuple(Amount(p.name, p.milliseconds, _seconds(p.milliseconds)) for p in phases)
    usual = sum(part.amount for part in parts)
    wanted = min((each.rto.milliseconds for each in profile.requirements if each.rto), default=None)
    limit = ("no rto is required", usual) if wanted is None else ("the shortest rto", wanted)
    yield Budget("Time to the first write of a restore", Amount(*limit, _seconds(limit[1])), parts)


def _seconds(milliseconds: int) -> str:
    return str(Duration(milliseconds))


def _mebibytes(count: int) -> str:
    return str(Quantity.parse(f"{-(-count // sizing.MIB)}Mi"))
