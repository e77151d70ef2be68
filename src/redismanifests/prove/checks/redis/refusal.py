"""Refusal: do the servers accept our own parts, and refuse clients without credentials?

A missing right is in ACL LOG long before it breaks a failover. Missing authentication is not logged anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.prove.checks.look import groups
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import RESTART_REDIS, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.look import Look

_CALL_S = 2
_KNOCK = f"""
for at in $1; do
  echo "$at $(timeout {_CALL_S} $0 -h "${{at%:*}}" -p "${{at##*:}}" PING 2>&1 </dev/null | tr '\\r\\n' '  ')" &
done
wait
"""
"""Prints one line for each server: its address, and its answer to PING."""
_HUNG_UP = ("Error: ", "Could not connect")
"""Messages of redis-cli about a closed connection; a server never sends these."""
_LOCKED = ("NOAUTH", *_HUNG_UP)
_OWN_CERTIFICATE = ("--cert", "--key")


class Stranger(NamedTuple):
    """A client without credentials: its redis-cli command, what it lacks, how the answer must begin."""

    cli: tuple[str, ...]
    lacks: str
    hears: tuple[str, ...]


def strangers(desired: Desired) -> Iterator[Stranger]:
    """Clients that the server must refuse."""
    cli = tuple(desired.settings.get("CLI", "").split())
    if "--tls" in cli:
        yield Stranger(cli[:1], "uses no TLS", _HUNG_UP)
    if bare := _without(cli, _OWN_CERTIFICATE):
        yield Stranger(bare, "shows no certificate", _HUNG_UP)
    if "LOGIN_DIR" in desired.settings:
        yield Stranger(cli, "has no password", _LOCKED)


def is_guarded(desired: Desired) -> bool:
    """Whether the server must refuse any client."""
    return any(True for _ in strangers(desired))


def _without(cli: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    """A command line without some options and their values; empty if it has none of them."""
    places = {index + more for index, word in enumerate(cli) if word in options for more in (0, 1)}
    return tuple(word for index, word in enumerate(cli) if index not in places) if places else ()


@probe(
    "PB080",
    remedy=Remedy(
        "Read which part was refused, and for which command: its account lacks a right, or its password differs.",
        "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis --tail=100",
    ),
)
async def our_parts_are_never_refused(look: Look) -> AsyncIterator[str]:
    """If each part has an account of its own, no Redis and no Sentinel has refused any of their commands."""
    own = {value for name, value in look.desired.settings.items() if name.endswith("_USER")} - {"default"}
    look.note("", "settings.sh", ", ".join(sorted(own)) or "no part has an account of its own")
    for workload in (look.desired.redis, look.desired.sentinel) if own else ():
        for pod in workload.pods:
            answer = await look.run(workload, pod, *look.desired.asking(workload), "ACL", "LOG")
            for entry in groups(answer.output.replace("\r", ""), "count"):
                if entry.get("username") in own:
                    yield (
                        f"{pod} refused {entry['username']} {entry['count']} times: {entry.get('reason')} "
                        f"{entry.get('object')}"
                    )


@probe(
    "PB081",
    remedy=Remedy(
        "Close it now: a password or TLS was switched off in the running server, or its pod started without them; "
        "restart the pods.",
        RESTART_REDIS,
    ),
    applies=is_guarded,
)
async def strangers_are_refused(look: Look) -> AsyncIterator[str]:
    """No server answers a client in another pod without the required password, certificate or TLS."""
    settings = look.desired.settings
    places = {
        f"{host}:{settings[f'{name}_PORT']}": pod
        for name, workload in (("REDIS", look.desired.redis), ("SENTINEL", look.desired.sentinel))
        for host, pod in zip(settings[f"{name}_HOSTS"].split(), workload.pods, strict=True)
    }
    told: dict[str, None] = {}
    for stranger in strangers(look.desired):
        # From one pod of each set.
        for workload in (look.desired.redis, look.desired.sentinel):
            asking = workload.pods[0]
            answer = await look.run(
                workload, asking, "sh", "-c", _KNOCK, " ".join(stranger.cli), " ".join(places)
            )
            said = dict(line.partition(" ")[::2] for line in answer.output.splitlines())
            for place, pod in places.items():
                heard = said.get(place, "").strip()
                if not heard or ("Could not connect" in heard and "SSL_connect" not in heard):
                    look.silent[pod] = f"{pod} was not reached from {asking}: {heard or answer.output[:200]}"
                elif not heard.startswith(stranger.hears):
                    told[f"{pod} answers a client that {stranger.lacks}: {heard[:100]}"] = None
    for fact in told:
        yield fact
