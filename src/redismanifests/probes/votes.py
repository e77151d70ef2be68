"""Votes: quorum, timing and ids of the running Sentinels, against what the objects ask for and what can work at all.

What must not come in: rules over a profile (features/votes.py judges before anything runs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.facts.votes import majority
from redismanifests.probes.probe import NotVerifiedError, probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.probes.look import Look

_TIMING = ("down-after-milliseconds", "failover-timeout", "parallel-syncs")


@probe("PB030")
async def quorum_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Sentinel has the quorum that was asked for."""
    wanted = look.desired.quorum
    if wanted is None:
        raise NotVerifiedError("no file of the objects states the quorum")
    for pod, view in (await look.every_master("quorum")).items():
        if view["quorum"] != str(wanted):
            yield f"{pod}: quorum {view['quorum']} instead of {wanted}"


@probe("PB031")
async def quorum_can_work(look: Look) -> AsyncIterator[str]:
    """The quorum is a majority, and is still there when one Sentinel is lost."""
    number = look.desired.sentinel.replicas
    for pod, view in (await look.every_master("quorum")).items():
        quorum = int(view["quorum"])
        if quorum >= number:
            yield f"{pod}: a failover needs {quorum} of {number} Sentinels, so losing one stops it"
        elif quorum < majority(number):
            yield f"{pod}: {quorum} of {number} Sentinels can call the master down, which is no majority"


@probe("PB032")
async def timing_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Sentinel has the time-outs that were asked for."""
    wanted = {
        name: look.desired.sentinel_lines[name] for name in _TIMING if name in look.desired.sentinel_lines
    }
    if not wanted:
        raise NotVerifiedError("no file of the objects states the time-outs")
    for pod, view in (await look.every_master(*wanted)).items():
        for name, value in wanted.items():
            if view[name] != value:
                yield f"{pod}: {name} {view[name]} instead of {value}"


@probe("PB033")
async def a_majority_is_reachable(look: Look) -> AsyncIterator[str]:
    """Every Sentinel reaches quorum and majority (CKQUORUM); it counts Sentinels only, and says nothing of replicas."""
    for pod, view in (await look.every_master("name")).items():
        reply = await look.ask(look.desired.sentinel, pod, "SENTINEL", "CKQUORUM", view["name"])
        if reply and not reply.startswith("OK"):
            yield f"{pod}: {reply}"


@probe("PB034")
async def ids_are_fixed(look: Look) -> AsyncIterator[str]:
    """Every Sentinel has the id that was asked for; with a random one a lost volume leaves a phantom."""
    ids = look.desired.settings.get("SENTINEL_IDS", "").split()
    if len(ids) != look.desired.sentinel.replicas:
        raise NotVerifiedError("no file of the objects states the ids of the Sentinels")
    for pod, wanted in zip(look.desired.sentinel.pods, ids, strict=True):
        reply = await look.ask(look.desired.sentinel, pod, "SENTINEL", "MYID")
        if reply and reply != wanted:
            yield f"{pod}: its id is {reply} instead of {wanted}"


@probe("PB035")
async def peers_are_healthy(look: Look) -> AsyncIterator[str]:
    """No Sentinel thinks that one of its peers is down or disconnected."""
    for pod in look.desired.sentinel.pods:
        for peer in await look.known(pod, "SENTINELS", "ip", "flags"):
            if peer["flags"] != "sentinel":
                yield f"{pod}: Sentinel {peer['ip']} has flags {peer['flags']}"
