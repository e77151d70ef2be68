"""Python: redis-py, Django and Celery: the ones whose settings a rehearsal runs while a master is killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.render.client_settings.library import Library, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile
    from redismanifests.render.client_settings.timing import Timing

_IN_TURN = (
    "Each Sentinel by the name of its pod: redis-py knows only those that it is told, asks them in turn and takes "
    "the first that answers with a master, so one that is away costs a refused connection or one connect time-out. "
    "Behind the one name of the Service it would have no one else to ask."
)


def _redis_py(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "sentinel_kwargs must carry the time-outs as well: without them a Sentinel that hangs holds each connect for "
        "as long as the library's default, before the next one is asked."
    )
    yield (
        "socket_connect_timeout has a default of its own: a pod that is gone may answer nothing at all, and every "
        "try then waits for it."
    )
    yield (
        "A retry of redis-py 6.2 and newer does not ask Sentinel: inside of one command it goes back to the former "
        "master until it gives up (redis/redis-py#3874). AskingConnection below asks each time."
    )
    yield (
        "Retry counts twice: connecting tries again inside a command that tries again, so 12 retries can be 12 x 12. "
        "RetryFor below bounds them by time instead."
    )
    if profile.redis.min_replicas_to_write:
        yield (
            "NOREPLICAS is an answer like any other to redis-py, which stays with the master that gives it. RetryFor "
            "makes it a reason to connect again; the write was not done, so trying again is safe."
        )
    yield (
        "A write whose answer was lost may have been done: what must not happen twice (INCR, LPUSH) needs a key of "
        "its own to tell, or no retry."
    )
    yield (
        f"A command that takes longer than {seconds(timing.command_ms)} is given up: give blocking commands (BLPOP, "
        "XREAD BLOCK, pub/sub) a client of their own with a longer socket_timeout."
    )


def _django(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "Django's own django.core.cache.backends.redis.RedisCache knows no Sentinel: with the Service in its LOCATION "
        "it writes to replicas two times out of three. This needs django-redis."
    )
    yield (
        "The host in LOCATION is the name of the master set, not an address. DJANGO_REDIS_CONNECTION_FACTORY is "
        "global: a second cache that talks to one server needs CONNECTION_FACTORY in its OPTIONS."
    )
    yield (
        "SentinelClient reads from replicas, which may be a moment behind: a session read right after it was written "
        "can be an old one. DefaultClient, as below, reads and writes at the master."
    )
    yield (
        "IGNORE_EXCEPTIONS hides a failover as cache misses, and logs users out where sessions are kept here: leave "
        "it off for sessions."
    )
    yield from _redis_py(profile, timing)


def _celery(profile: Profile, timing: Timing) -> Iterator[str]:
    yield (
        "master_name belongs into broker_transport_options and once more into result_backend_transport_options: "
        "neither reads the other's."
    )
    yield (
        "delay() is not enough: kombu raises the second error in a row, whatever task_publish_retry_policy says, and "
        f"a failover takes up to {seconds(timing.bound_ms)}. send() below tries again, under one task id."
    )
    yield (
        "A result that cannot be stored is dropped, and get() then waits for ever: result_backend_always_retry keeps "
        "it."
    )
    yield (
        "The worker waits in BRPOP for a second at a time: a socket_timeout of a second or less cuts that off and "
        "looks like a lost connection."
    )
    yield (
        "Redis has no acknowledgements: a task that a worker took is given out again after visibility_timeout. It "
        "must exceed the longest task and the longest countdown or eta, or such tasks run twice; a worker that dies is "
        "missed for as long. With acks_late, tasks must bear to run twice."
    )
    if profile.redis.min_replicas_to_write:
        yield (
            "A worker ends when its master says NOREPLICAS while a task is acknowledged: kombu takes that for a fault "
            "of the program. Run it where it is started again (a Deployment does); it puts back what it had not "
            "acknowledged."
        )
    else:
        yield (
            "Without min-replicas-to-write a master that is cut off accepts tasks that no one will run: redis."
            "minReplicasToWrite is 0 in this profile."
        )
    yield (
        "All Sentinels of the URL must carry the same credentials: kombu reads those of the first one and passes them "
        "to the master, and only sentinel_kwargs to Sentinels."
    )


REDIS_PY = Library(
    "redis-py",
    "client/redis-py.py.j2",
    "#",
    "redis-py 8.1.0 and 6.4.0: run against a rehearsal while the master is killed",
    _IN_TURN,
    _redis_py,
)
DJANGO = Library(
    "django",
    "client/django.py.j2",
    "#",
    "Django 5.2 with django-redis 7.0.0: run against a rehearsal while the master is killed",
    _IN_TURN,
    _django,
)
CELERY = Library(
    "celery",
    "client/celery.py.j2",
    "#",
    "Celery 5.7.0 with kombu 5.7.0: run against a rehearsal while the master is killed",
    _IN_TURN,
    _celery,
)
