"""Settings: the settings of one library for a deployment."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.quoting.codetext import Comment, comment
from redismanifests.core.sources.source import printable
from redismanifests.profile.derived.members import sentinel_workload
from redismanifests.render.client_settings.encryption import encryption, encryption_notes
from redismanifests.render.client_settings.library import seconds
from redismanifests.render.client_settings.login import login, login_notes
from redismanifests.render.client_settings.others import GO_REDIS, IOREDIS, JEDIS, LETTUCE, STACKEXCHANGE
from redismanifests.render.client_settings.python import CELERY, DJANGO, REDIS_PY
from redismanifests.render.client_settings.timing import timing
from redismanifests.render.filling import filled, keep_built

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile
    from redismanifests.render.client_settings.encryption import Encryption
    from redismanifests.render.client_settings.library import Library
    from redismanifests.render.client_settings.login import Login
    from redismanifests.render.client_settings.timing import Timing

LIBRARIES = {
    each.name: each for each in (DJANGO, CELERY, REDIS_PY, JEDIS, LETTUCE, GO_REDIS, IOREDIS, STACKEXCHANGE)
}

_COLUMNS = 112


class Endpoint(NamedTuple):
    """A Sentinel, as the application reaches it."""

    host: str
    port: int
    address: str
    """Host and port in one."""


class Seconds(NamedTuple):
    """Time-outs for libraries that count in seconds."""

    connect: float
    command: float
    blocking: float
    idle: float
    first_pause: float
    longest_pause: float
    retry: float


class Client(NamedTuple):
    """All that is said to one application."""

    library: Library
    deployment: str
    namespace: str
    sentinels: tuple[Endpoint, ...]
    service: Endpoint
    """Any Sentinel that is ready."""
    master_name: str
    login: Login | None
    encryption: Encryption | None
    timing: Timing
    notes: tuple[str, ...]
    """What was decided, and why."""
    pitfalls: tuple[str, ...]
    code: str
    """The settings themselves, in the library's language, notes and pitfalls as comments."""


def client(profile: Profile, name: str, profile_name: str) -> Client:
    """What an application with the library of this name needs; ``profile_name`` is the name of its file."""
    library = LIBRARIES[name]
    workload = sentinel_workload(profile)
    figures = timing(profile)
    who = login(profile)
    encrypted = encryption(profile)
    domain = f"{profile.namespace}.svc.{profile.addressing.cluster_domain}"
    sentinels = tuple(_endpoint(host, workload.port) for host in workload.hosts)
    notes = (
        library.hosts,
        *_notes(profile, figures),
        *login_notes(profile, who),
        *encryption_notes(profile, encrypted),
    )
    pitfalls = tuple(library.pitfalls(profile, figures))
    head = (
        f"Settings of {library.name} for {profile.name} in {profile.namespace}: printed by `redismanifests client` "
        f"from {printable(profile_name)}. Print them again when the profile changes."
    )
    facts = {
        "sentinels": sentinels,
        "master_name": profile.sentinel.master_name,
        "location": f"redis://{profile.sentinel.master_name}/0",
        "login": who,
        "tls": encrypted,
        "environment": bool(who or encrypted),
        "time": figures,
        "seconds": _seconds(figures),
        "head": tuple(_lines(head)),
        "notes": tuple(line for note in notes for line in _item(note)),
        "pitfalls": tuple(line for pitfall in pitfalls for line in _item(pitfall)),
    }
    code = filled(library.template, facts)
    keep_built()
    return Client(
        library=library,
        deployment=profile.name,
        namespace=profile.namespace,
        sentinels=sentinels,
        service=_endpoint(f"{workload.client_service}.{domain}", workload.port),
        master_name=profile.sentinel.master_name,
        login=who,
        encryption=encrypted,
        timing=figures,
        notes=notes,
        pitfalls=pitfalls,
        code=code,
    )


def _notes(profile: Profile, figures: Timing) -> Iterator[str]:
    yield (
        f"A failover takes up to {seconds(figures.bound_ms)}, and up to {seconds(figures.failed_election_ms)} when "
        "the first election fails. The settings try again for the first and one try more, "
        f"{seconds(figures.retry_ms)}; what then still fails is an error for your caller, because a request that hangs "
        "for longer helps no one. Work in the background should begin again."
    )
    yield (
        f"{seconds(figures.connect_ms)} to connect and for an answer is what that bound counts for a client. A shorter "
        "one takes a busy moment for a failure, a longer one is added to the outage."
    )
    yield (
        "A DNS server of the cluster can be on the node that dies, and is asked for 40 s more. A question that it gets "
        "costs 10 s, and a name is asked for several times. Give the application's pod dnsConfig with the options "
        "ndots 1 (the names are whole), timeout 1 and attempts 1: the settings try again by themselves."
    )
    if profile.network_policy.enabled:
        yield (
            "Network policies are on: the application's pods must be among networkPolicy.clients, and need both the "
            "port of Redis and that of Sentinel."
        )


def _endpoint(host: str, port: int) -> Endpoint:
    return Endpoint(host, port, f"{host}:{port}")


def _seconds(figures: Timing) -> Seconds:
    return Seconds(
        connect=figures.connect_ms / 1000,
        command=figures.command_ms / 1000,
        blocking=figures.blocking_ms / 1000,
        idle=figures.idle_ms / 1000,
        first_pause=figures.first_pause_ms / 1000,
        longest_pause=figures.longest_pause_ms / 1000,
        retry=figures.retry_ms / 1000,
    )


def _item(text: str) -> Iterator[Comment]:
    for number, line in enumerate(_lines(text)):
        yield comment(f"{'  ' if number else '- '}{line}")


def _lines(text: str) -> Iterator[Comment]:
    yield from map(comment, textwrap.wrap(text, _COLUMNS, break_on_hyphens=False))
