"""Others: libraries of other languages: what is printed is compiled or parsed by their own tools in the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.render.client_settings.library import Library, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile
    from redismanifests.render.client_settings.timing import Timing


def _twice() -> str:
    return (
        "A write whose answer was lost may have been done, and a retry does it again: what must not happen twice "
        "needs a key of its own to tell."
    )


def _names_in_java(profile: Profile) -> Iterator[str]:
    if profile.addressing.mode == "hostname":
        yield (
            "Pods have names here, and the JVM keeps an address for 30 s and the absence of one for 10 s: set "
            "networkaddress.cache.ttl=5 and networkaddress.cache.negative.ttl=1 in the security properties."
        )


def _jedis(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "Jedis listens to every Sentinel that it is told, a thread each, and swaps its pool when one announces a new "
        "master. It does not try a command again: retrying() below does, for as long as a failover may take."
    )
    yield (
        "The pool has 8 connections by default and waits without end for a free one: maxTotal is for you to size, "
        "maxWait is set. Idle connections are tested, so that those to a former master do not wait for a request."
    )
    yield (
        f"socketTimeoutMillis is {seconds(timing.command_ms)}: give blocking commands blockingSocketTimeoutMillis."
    )
    yield "RedisSentinelClient is of Jedis 7; before, JedisSentineled takes the same two configurations."
    yield from _names_in_java(profile)
    yield _twice()


def _lettuce(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "RedisClient.connect() asks Sentinel only when it connects, and stays with a master that hangs or was "
        "demoted. MasterReplica, as below, subscribes to the Sentinels and follows their news."
    )
    yield (
        "The default pause between two reconnects grows to 30 s, which is then the longest part of a failover: "
        "reconnectDelay bounds it."
    )
    yield (
        "While disconnected, commands are queued, without bound by default: requestQueueSize bounds them, and the "
        f"time-out of {seconds(timing.retry_ms)} is what a command may wait for a failover."
    )
    yield "ReadFrom.MASTER: replicas may be a moment behind; read from them only what may be old."
    yield from _names_in_java(profile)
    yield _twice()


def _go_redis(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "go-redis gives up after 3 retries within 1.5 s by default, long before a failover is over. Its pauses are "
        "random between the shortest and the longest, so both are the same here: that many tries take "
        f"{seconds(timing.steady_retries * timing.steady_pause_ms)}."
    )
    yield "A dial is tried five times inside of every retry by default: with DialerRetries 1 they do not multiply."
    yield (
        "ContextTimeoutEnabled is off by default: a context's deadline is then ignored while a command waits. It is "
        "on, so give contexts a deadline that covers a failover where a caller can wait."
    )
    yield (
        "Use NewFailoverClient: NewFailoverClusterClient with RouteRandomly sends reads to replicas, which may be a "
        "moment behind."
    )
    yield _twice()


def _ioredis(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "A client that does not lose its connection does not ask Sentinel again: failoverDetector subscribes to "
        "every Sentinel, and reconnectOnError leaves a master that says READONLY or NOREPLICAS. Both are off by "
        "default."
    )
    yield (
        "connectTimeout is 10 s by default, and a pod that is gone may answer nothing. commandTimeout counts the time "
        "in the queue as well, so it is as long as a failover may take."
    )
    yield (
        "updateSentinels is off: the list is complete, and what Sentinels announce of each other are addresses that "
        "a certificate need not carry."
    )
    yield (
        "natMap is for clients that cannot reach the announced addresses (a laptop behind kubectl port-forward). "
        "Inside of the cluster it is wrong: it would pin the master to what it says."
    )
    yield "Without an 'error' listener, Node ends the process at the first lost connection."
    yield _twice()


def _stackexchange(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "ServiceName is the name of the master set, and EndPoints are Sentinels: without ServiceName the client "
        "takes Sentinels for Redis servers."
    )
    yield (
        "AbortOnConnectFail is true by default: an application that starts during a failover then never connects."
    )
    yield (
        "The default backlog keeps commands while there is no master, up to SyncTimeout and AsyncTimeout: they are "
        f"as long as a failover may take ({seconds(timing.retry_ms)})."
    )
    yield "One ConnectionMultiplexer for the whole process; it is meant to be shared."
    yield "TieBreaker and ConfigurationChannel are the library's own way to find a master: Sentinel decides here."
    yield _twice()


_EACH_LISTENED_TO = (
    "Each Sentinel by the name of its pod: {library} {does} every one that it is told, and hears of a failover from "
    "the first that knows. Behind the one name of the Service it would hear of one Sentinel alone, which may be the "
    "one that died with the master."
)

JEDIS = Library(
    "jedis",
    "client/jedis.java.j2",
    "//",
    "Jedis 7.5.3: compiled",
    _EACH_LISTENED_TO.format(library="Jedis", does="listens to"),
    _jedis,
)
LETTUCE = Library(
    "lettuce",
    "client/lettuce.java.j2",
    "//",
    "Lettuce 7.7.0: compiled",
    _EACH_LISTENED_TO.format(library="Lettuce", does="subscribes to"),
    _lettuce,
)
GO_REDIS = Library(
    "go-redis",
    "client/go-redis.go.j2",
    "//",
    "go-redis 9.23.0: go vet",
    "Each Sentinel by the name of its pod: go-redis asks them until one answers, learns the others from it and listens "
    "to that one. The Service's one name would do while it runs; at its start, one Sentinel that is away could be the "
    "only one it asks.",
    _go_redis,
)
IOREDIS = Library(
    "ioredis",
    "client/ioredis.js.j2",
    "//",
    "ioredis 6.0.0: loaded by Node, and each option is one of its declared ones",
    _EACH_LISTENED_TO.format(library="ioredis", does="subscribes (failoverDetector) to"),
    _ioredis,
)
STACKEXCHANGE = Library(
    "stackexchange",
    "client/stackexchange.cs.j2",
    "//",
    "StackExchange.Redis of August 2026: names held against its source; not compiled",
    "Each Sentinel by the name of its pod: StackExchange.Redis connects to every end point that it is told and goes "
    "on while one of them answers. Behind the one name of the Service, one Sentinel that is away could be all it "
    "has.",
    _stackexchange,
)
