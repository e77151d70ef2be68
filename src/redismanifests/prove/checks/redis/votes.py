"""Votes: quorum, timing and ids of the running Sentinels, compared with the objects and with what can work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.formulas.votes import majority
from redismanifests.prove.checks.flag import healthy
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import AT_ODDS, LOOK, NOT_AS_ASKED, STRANGERS, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look

_TIMING = ("down-after-milliseconds", "failover-timeout", "parallel-syncs")


@probe("PB030", remedy=NOT_AS_ASKED)
async def quorum_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Sentinel has the requested quorum."""
    wanted = look.desired.quorum
    if wanted is None:
        raise NotVerifiedError("no file of the objects states the quorum")
    for pod, view in (await look.every_master("quorum")).items():
        if view["quorum"] != str(wanted):
            yield f"{pod}: quorum {view['quorum']} instead of {wanted}"


@probe(
    "PB031",
    remedy=Remedy(
        "Set sentinel.quorum to a majority that remains when one Sentinel is lost.",
        "redismanifests explain RM012",
    ),
)
async def quorum_can_work(look: Look) -> AsyncIterator[str]:
    """The quorum is a majority, and can still be reached when one Sentinel is lost."""
    number = look.desired.sentinel.replicas
    for pod, view in (await look.every_master("quorum")).items():
        quorum = int(view["quorum"])
        if quorum >= number:
            yield f"{pod}: a failover needs {quorum} of {number} Sentinels, so losing one stops it"
        elif quorum < majority(number):
            yield f"{pod}: {quorum} of {number} Sentinels can declare the master down, which is no majority"


@probe("PB032", remedy=NOT_AS_ASKED)
async def timing_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Sentinel has the requested timeouts."""
    wanted = {
        name: look.desired.sentinel_lines[name] for name in _TIMING if name in look.desired.sentinel_lines
    }
    if not wanted:
        raise NotVerifiedError("no file of the objects states the time-outs")
    for pod, view in (await look.every_master(*wanted)).items():
        for name, value in wanted.items():
            if view[name] != value:
                yield f"{pod}: {name} {view[name]} instead of {value}"


@probe(
    "PB033", remedy=Remedy("Restart the missing Sentinels: without a majority no master is elected.", LOOK)
)
async def a_majority_is_reachable(look: Look) -> AsyncIterator[str]:
    """Every Sentinel reaches quorum and majority (CKQUORUM); it counts Sentinels only, not replicas."""
    for pod, view in (await look.every_master("name")).items():
        reply = await look.ask(look.desired.sentinel, pod, "SENTINEL", "CKQUORUM", view["name"])
        if reply and not reply.startswith("OK"):
            yield f"{pod}: {reply}"


@probe("PB034", remedy=STRANGERS)
async def ids_are_fixed(look: Look) -> AsyncIterator[str]:
    """Every Sentinel has the requested id; with a random one a lost volume leaves a phantom."""
    ids = look.desired.settings.get("SENTINEL_IDS", "").split()
    if len(ids) != look.desired.sentinel.replicas:
        raise NotVerifiedError("no file of the objects states the ids of the Sentinels")
    for pod, wanted in zip(look.desired.sentinel.pods, ids, strict=True):
        reply = await look.ask(look.desired.sentinel, pod, "SENTINEL", "MYID")
        if reply and reply != wanted:
            yield f"{pod}: its id is {reply} instead of {wanted}"


@probe("PB035", remedy=AT_ODDS)
async def peers_are_healthy(look: Look) -> AsyncIterator[str]:
    """No Sentinel reports one of its peers as down or disconnected."""
    for pod in look.desired.sentinel.pods:
        for peer in await look.known(pod, "SENTINELS", "ip", "flags"):
            if not healthy("sentinel", peer["flags"]):
                yield f"{pod}: Sentinel {peer['ip']} has flags {peer['flags']}"
