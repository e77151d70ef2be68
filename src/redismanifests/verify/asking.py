"""Asking: one round of questions to a cluster, a dump or a rehearsal; or rounds until all is well.

What must not come in: the verdict, printing.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.live.cluster import Cluster
from redismanifests.live.trouble import NotFoundError, UnreachableError
from redismanifests.probes.look import Round
from redismanifests.probes.probe import Status
from redismanifests.verify.seen import HELD, Seen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from redismanifests.live.dump import Dump
    from redismanifests.live.kubectl import Kubectl
    from redismanifests.probes.desired import Desired
    from redismanifests.probes.probe import Probe
    from redismanifests.rehearse.event import Event

AGAIN_S = 2.0
"""Between two rounds of a watch: a Sentinel hears of a change within a second, and asks every ten."""


class Progress:
    """What a terminal is shown while it goes on; written here, read from another thread."""

    def __init__(self) -> None:
        """Nothing has begun."""
        self.round: Round | None = None
        self.began = time.monotonic()
        self.last: Seen | None = None
        self.waiting = ""
        """Why a watch cannot ask now."""

    def lines(self, columns: int) -> list[str]:
        """The first is how far it is, the others are what is wrong so far."""
        answered, asked = self.round.progress if self.round else (0, 0)
        head = f"{time.monotonic() - self.began:.0f} s  {answered} of {asked} answers"
        failed = self.last.of(Status.FAILED) if self.last else ()
        facts = [f"{each.code} {fact}" for each in failed for fact in each.facts[:1]]
        waiting = [self.waiting] if self.waiting else []
        return [line[:columns] for line in (head, *waiting, *facts[:8])]


async def of_cluster(
    kubectl: Kubectl, desired: Desired, probes: Sequence[Probe], progress: Progress | None = None
) -> Seen:
    """Ask a live cluster; raises ClusterError where it cannot be asked at all."""
    cluster = Cluster(kubectl, desired.objects)
    at, began = time.time(), time.monotonic()
    await cluster.begin()
    moment = Round(cluster, desired, datetime.fromtimestamp(at, UTC))
    if progress:
        progress.round = moment
    outcomes = await moment.outcomes(probes)
    return Seen(outcomes, at, time.monotonic() - began, tuple(cluster.refused))


async def of_dump(dump: Dump, desired: Desired, probes: Sequence[Probe]) -> Seen:
    """Ask what somebody had printed; ages are counted from now."""
    at, began = time.time(), time.monotonic()
    outcomes = await Round(dump, desired, datetime.fromtimestamp(at, UTC)).outcomes(probes)
    return Seen(outcomes, at, time.monotonic() - began)


def of_rehearsal(
    objects: Iterable[object],
    probes: Sequence[Probe],
    engine: str | None = None,
    watch: Callable[[Event], None] | None = None,
) -> Seen:
    """Run the objects on this machine, and ask there; raises ToolError where the machine lacks something."""
    from redismanifests.rehearse.looking import NAME  # noqa: PLC0415 (only a rehearsal needs it)
    from redismanifests.rehearse.run import run  # noqa: PLC0415

    result = run(list(objects), NAME, engine=engine, watch=watch)  # type: ignore[arg-type]
    wanted = {each.code for each in probes}
    outcomes = tuple(each for each in result.probes if each.code in wanted)
    return Seen(outcomes, result.began, result.took_s, notes=result.not_carried)


async def watched(
    look: Callable[[], Awaitable[Seen]], limit_s: float, progress: Progress, *, strict: bool
) -> Seen:
    """Look until all is well, or as it is at the limit; raises what kept it from ever being looked at."""
    until = time.monotonic() + limit_s
    while True:
        trouble: RedismanifestsError | None = None
        try:
            progress.last = await look()
            progress.waiting = ""
        except (NotFoundError, UnreachableError) as error:
            # Of a pipeline that has just created the namespace, or an API server that is being updated.
            trouble, progress.waiting = error, error.fact
        if progress.last and not trouble and progress.last.code(strict=strict) == HELD:
            return progress.last
        # A missing permission does not come by waiting.
        if time.monotonic() + AGAIN_S > until or (progress.last and progress.last.refused):
            if trouble or not progress.last:
                raise trouble or RedismanifestsError("nothing was seen")
            return progress.last
        await asyncio.sleep(AGAIN_S)
