"""Today: the deployment as it is, in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.judge.migrate.convert import lines
from redismanifests.judge.migrate.convert.access import has_password
from redismanifests.judge.migrate.convert.pods import server_of
from redismanifests.judge.migrate.convert.shape import votes_of
from redismanifests.judge.migrate.convert.sizes import amounts
from redismanifests.judge.migrate.row import Shape
from redismanifests.profile.formulas import votes

if TYPE_CHECKING:
    from redismanifests.judge.migrate.facts import Facts


class Today(NamedTuple):
    """What is deployed; None and empty where it is not known."""

    origin: str
    """The chart and its version, or objects."""
    release: str
    namespace: str
    engine: str
    server: str
    """Version of the server."""
    shape: Shape
    pods: int | None
    """Pods with data, the master among them."""
    amounts: dict[str, str]
    """Requests and limits of the Redis container, by `requests.memory`."""
    disk: str
    """Size of each claim; empty where the data are gone with a pod."""
    append_only: bool
    snapshots: bool
    password: bool
    sentinel_password: bool
    secret: str
    service_type: str
    master_address: bool
    tls: bool
    quorum: int | None
    losable: int
    """Pods that may be lost while a master can still be elected; 0 without Sentinel."""
    down_after_ms: int | None
    """Time until a dead master counts as down; None without Sentinel: until its pod is back."""
    failover_timeout_ms: int | None


def today(
    facts: Facts,
    shape: Shape,
    origin: str,
    engine: str,
    server: str,
    release: str,
    namespace: str,
    pods: int | None,
) -> Today:
    """The figures of ``facts``."""
    sentinel = shape is Shape.SENTINEL
    quorum = votes_of(facts.get("sentinel.quorum")) if sentinel else None
    read = lines.read(facts)
    persistent = facts.value("redis.persistence", True) is not False
    append = read.last("appendonly", "no")[0]
    service = facts.value("service.type", "ClusterIP")
    secret = facts.value("auth.secretName", "")
    return Today(
        origin=origin,
        release=release,
        namespace=namespace,
        engine=engine,
        server=server_of(facts, server)[0],
        shape=shape,
        pods=pods,
        amounts={place: str(amount.quantity) for place, amount in amounts(facts, "redis").items()},
        disk=str(facts.value("redis.size", "a claim")) if persistent else "",
        append_only=append.strip("\"'") == "yes",
        snapshots=read.last("save", "by default")[0].strip("\"' ") != "",
        password=has_password(facts),
        sentinel_password=has_password(facts) and facts.value("auth.sentinel", True) is not False,
        secret=str(secret),
        service_type=service if isinstance(service, str) else "ClusterIP",
        master_address=facts.on("masterAddress") or not sentinel,
        tls=facts.on("tls"),
        quorum=quorum,
        losable=_losable(pods, quorum) if pods and quorum else 0,
        down_after_ms=_number(facts, "sentinel.downAfter") if sentinel else None,
        failover_timeout_ms=_number(facts, "sentinel.failoverTimeout") if sentinel else None,
    )


def _losable(pods: int, quorum: int) -> int:
    """Each pod has a Sentinel and a copy of the data; one copy must be left."""
    return max(0, min(votes.sentinels_to_lose(pods, quorum), pods - 1))


def _number(facts: Facts, name: str) -> int | None:
    value = facts.value(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None
