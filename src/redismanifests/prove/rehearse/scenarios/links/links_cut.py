"""Links cut: one class of link drops its packets, in one direction or in both, while all others hold."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.traffic import CLIENT
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redismanifests.prove.rehearse.stage import Stage

_CUT_S = 40.0
_POLL_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Links:
    """Links between two groups of pods, and what it costs to lose them."""

    groups: tuple[str, str]
    outage: Callable[[Recovery], float]
    replaced: bool = False
    """Whether the Sentinels replace a master that goes on."""
    behind: bool = False
    """Whether replicas are behind when it is over."""


_LINKS = (
    # No one may be promoted: what the master acknowledged last, no replica has.
    _Links(groups=("master", "replicas"), outage=lambda r: r.unheard(_CUT_S), behind=True),
    _Links(groups=("sentinels", "master"), outage=Recovery.fenced, replaced=True),
    _Links(groups=("sentinels", "replicas"), outage=Recovery.steady),
    _Links(groups=("sentinels", "sentinels"), outage=Recovery.steady),
    # Sentinel asks whether the master lives, and not who reaches it.
    _Links(groups=("application", "master"), outage=lambda r: r.unreached(_CUT_S)),
)


def _pods(stage: Stage, group: str, master: str) -> tuple[str, ...]:
    return {
        "master": (master,),
        "replicas": tuple(pod for pod in stage.deployment.redis.pods if pod != master),
        "sentinels": stage.deployment.sentinel.pods,
        "application": (CLIENT,),
    }[group]


async def _in_sync(stage: Stage, limit_s: float) -> None:
    """Measure until every replica has what its master has now; a link that was cut is tried again ever later."""
    from redis.asyncio import Redis  # noqa: PLC0415 (an optional package, and scenarios are listed without it)

    began = time.monotonic()
    redis, access = stage.deployment.redis, stage.cluster.site.access
    master = await stage.master()

    async def offset(pod: str, name: str) -> int:
        client = Redis(host=stage.cluster.pods[pod].ip, port=redis.port, **access.options())
        try:
            return int((await client.info("replication")).get(name, -1))
        finally:
            await client.aclose()

    wanted = await offset(master, "master_repl_offset")
    for pod in redis.pods:
        while pod != master and await offset(pod, "slave_repl_offset") < wanted:
            if time.monotonic() - began > limit_s:
                break
            await asyncio.sleep(_POLL_S)
    stage.measures.append(Measure("replicas in sync after", time.monotonic() - began, "s", limit_s))


def _scenario(links: _Links, name: str, about: str, directions: tuple[tuple[str, str], ...]) -> Scenario:
    async def play(stage: Stage, recovery: Recovery) -> None:
        master = await stage.master()
        pairs = [
            (_pods(stage, source, master), _pods(stage, target, master)) for source, target in directions
        ]
        await stage.cut(f"no packet {about}", *pairs)
        await asyncio.sleep(_CUT_S)
        ready = stage.kubelet(master).ready
        await stage.heal()
        if links.behind:
            if recovery.min_replicas:
                stage.measures.append(Measure("ready while it refuses writes", int(ready), "", 0))
            await _in_sync(stage, recovery.through(_CUT_S))

    return Scenario(
        name=name,
        about=f"no packet {about} for {_CUT_S:g} s",
        play=play,
        outage=links.outage,
        whole=Recovery.corrected,
        two_masters=Recovery.overlap if links.replaced else lambda _: 0.0,
        loss_window=Recovery.replaced if links.replaced else None,
    )


def _matrix() -> Iterator[Scenario]:
    for links in _LINKS:
        one, other = links.groups
        if one == other:
            yield _scenario(links, f"cut-between-{one}", f"between the {one}", ((one, other),))
            continue
        for source, target in ((one, other), (other, one)):
            about = f"from the {source} to the {target}"
            yield _scenario(links, f"cut-{source}-to-{target}", about, ((source, target),))
        both = ((one, other), (other, one))
        yield _scenario(links, f"cut-{one}-and-{other}", f"between the {one} and the {other}", both)


SCENARIOS = tuple(_matrix())
