"""Today: the deployment as it is, in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.migrate.convert import lines
from redismanifests.judge.migrate.convert.access import has_password
from redismanifests.judge.migrate.convert.pods import server_of
from redismanifests.judge.migrate.convert.shape import votes_of
from redismanifests.judge.migrate.convert.sizes import amounts
from redismanifests.judge.migrate.row import Shape
from redismanifests.profile.formulas import votes

if TYPE_CHECKING:
    from redismanifests.judge.migrate.deployed import Deployed
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
    sentinels: int
    """How many Sentinels, where they are in pods of their own; 0 beside Redis, and without any."""
    amounts: dict[str, str]
    """Requests and limits of the Redis container, by `requests.memory`."""
    disk: str
    """Size of each claim; empty where the data are gone with a pod."""
    append_only: bool
    snapshots: bool
    password: bool
    sentinel_password: bool
    secret: str
    """Its name; empty where the chart made it, or where there is none."""
    plain: bool
    """Whether the password is in the objects themselves."""
    service_type: str
    master_address: bool
    tls: bool
    quorum: int | None
    losable: int
    """Pods that may be lost while a master can still be elected; 0 without Sentinel."""
    down_after_ms: int | None
    """Time until a dead master counts as down; None without Sentinel: until its pod is back."""
    failover_timeout_ms: int | None


def today(here: Deployed, namespace: str) -> Today:
    """Its figures."""
    facts, shape, pods = here.reading.facts, here.reading.shape, here.pods
    sentinel = shape is Shape.SENTINEL
    quorum = votes_of(facts.get("sentinel.quorum")) if sentinel else None
    read = lines.read(facts)
    persistent = facts.value("redis.persistence", True) is not False
    append = read.last("appendonly", "no")[0]
    service = facts.value("service.type", "ClusterIP")
    secret, password = facts.value("auth.secretName", ""), facts.get("auth")
    return Today(
        origin=here.origin,
        release=here.release,
        namespace=namespace,
        engine=here.engine,
        server=server_of(facts, here.server)[0],
        shape=shape,
        pods=pods,
        sentinels=here.sentinels,
        amounts={place: str(amount.quantity) for place, amount in amounts(facts, "redis").items()},
        disk=str(facts.value("redis.size", "a claim")) if persistent else "",
        append_only=append.strip("\"'") == "yes",
        snapshots=read.last("save", "by default")[0].strip("\"' ") != "",
        password=has_password(facts),
        sentinel_password=has_password(facts) and facts.value("auth.sentinel", True) is not False,
        secret=str(secret),
        plain=password is not None and password.live and not secret,
        service_type=service if isinstance(service, str) else "ClusterIP",
        master_address=facts.on("masterAddress") or not sentinel,
        tls=facts.on("tls"),
        quorum=quorum,
        losable=_losable(pods, here.sentinels or pods, quorum) if pods and quorum else 0,
        down_after_ms=_number(facts, "sentinel.downAfter") if sentinel else None,
        failover_timeout_ms=_number(facts, "sentinel.failoverTimeout") if sentinel else None,
    )


def _losable(pods: int, sentinels: int, quorum: int) -> int:
    """Each pod has a copy of the data, of which one must be left, and mostly a Sentinel."""
    return max(0, min(votes.sentinels_to_lose(sentinels, quorum), pods - 1))


def _number(facts: Facts, name: str) -> int | None:
    value = facts.value(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None
