"""Refusal: were our own parts turned away, and is everybody else?

A right that is missing shows in ACL LOG long before it shows in a failover; a door that stands open shows nowhere until
somebody comes in. What must not come in: what applications were refused (that is theirs to know), who has which rights
(facts/credentials.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.probes.look import groups
from redismanifests.probes.probe import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redismanifests.probes.desired import Desired
    from redismanifests.probes.look import Look

_CALL_S = 2
_KNOCK = f"""
for at in $1; do
  echo "$at $(timeout {_CALL_S} $0 -h "${{at%:*}}" -p "${{at##*:}}" PING 2>&1 </dev/null | tr '\\r\\n' '  ')" &
done
wait
"""
"""One line for each server: where it is, and what it said to who knocked."""
_HUNG_UP = ("Error: ", "Could not connect")
"""What redis-cli itself says of a connection that ended, and never a server."""
_LOCKED = ("NOAUTH", *_HUNG_UP)
_OWN_CERTIFICATE = ("--cert", "--key")


class Stranger(NamedTuple):
    """Somebody who lacks something: how it calls redis-cli, what it lacks, how what it hears must begin."""

    cli: tuple[str, ...]
    lacks: str
    hears: tuple[str, ...]


def strangers(desired: Desired) -> Iterator[Stranger]:
    """Everybody who must not get in."""
    cli = tuple(desired.settings.get("CLI", "").split())
    if "--tls" in cli:
        yield Stranger(cli[:1], "speaks no TLS", _HUNG_UP)
    if bare := _without(cli, _OWN_CERTIFICATE):
        yield Stranger(bare, "shows no certificate", _HUNG_UP)
    if "LOGIN_DIR" in desired.settings:
        yield Stranger(cli, "has no password", _LOCKED)


def is_guarded(desired: Desired) -> bool:
    """Whether anybody must not get in."""
    return any(True for _ in strangers(desired))


def _without(cli: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    """A command line without some options and their values; empty where it has none of them."""
    places = {index + more for index, word in enumerate(cli) if word in options for more in (0, 1)}
    return tuple(word for index, word in enumerate(cli) if index not in places) if places else ()


@probe("PB080")
async def our_parts_are_never_refused(look: Look) -> AsyncIterator[str]:
    """Where each part has an account of its own, no Redis and no Sentinel has refused one of them anything."""
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


@probe("PB081", applies=is_guarded)
async def strangers_are_refused(look: Look) -> AsyncIterator[str]:
    """No server answers, from one pod to another, who lacks the password, the certificate or TLS that it asks for."""
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
                    told[f"{pod} answers who {stranger.lacks}: {heard[:100]}"] = None
    for fact in told:
        yield fact
