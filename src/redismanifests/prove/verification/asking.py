"""Asking: runs the live checks of a cluster, a dump or a rehearsal once, or until the deployment is healthy."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.checks.look import Round
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.live.cluster import Cluster
from redismanifests.prove.live.prometheus import Watched
from redismanifests.prove.live.trouble import NotFoundError, UnreachableError
from redismanifests.prove.result.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from redismanifests.prove.checks.askable import Askable
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.probe import Probe
    from redismanifests.prove.live.dump import Dump
    from redismanifests.prove.live.kubectl import Kubectl
    from redismanifests.prove.toycluster.event import Event

AGAIN_S = 2.0
"""Between two rounds of a watch: a Sentinel hears of a change within a second, and asks every ten."""


class Progress:
    """What a terminal is shown while it goes on; written here, read from another thread."""

    def __init__(self) -> None:
        """Nothing has begun."""
        self.round: Round | None = None
        self.began = time.monotonic()
        self.last: Observation | None = None
        self.waiting = ""
        """Why a watch cannot ask now."""

    def lines(self, columns: int) -> list[str]:
        """The first is how far it is, the others are what is wrong so far."""
        answered, asked = self.round.progress if self.round else (0, 0)
        head = f"{time.monotonic() - self.began:.0f} s  {answered} of {asked} answers"
        failed = self.last.verdict().by_status(Status.FAILED) if self.last else ()
        facts = [f"{each.code} {fact}" for each in failed for fact in each.facts[:1]]
        waiting = [self.waiting] if self.waiting else []
        return [line[:columns] for line in (head, *waiting, *facts[:8])]


async def of_cluster(
    kubectl: Kubectl,
    desired: Desired,
    probes: Sequence[Probe],
    progress: Progress | None = None,
    secrets: Iterable[str] = (),
    prometheus: str = "",
) -> Observation:
    """Ask a live cluster, its ``secrets`` for the names of their keys, and the ``prometheus`` at this address.

    Raises ClusterError where no cluster answers.
    """
    cluster = Cluster(kubectl, desired.objects, secrets)
    at, began = steady_now(), time.monotonic()
    await cluster.begin()
    moment = Round(_watched(cluster, prometheus), desired, datetime.fromtimestamp(at, UTC))
    if progress:
        progress.round = moment
    outcomes = await moment.outcomes(probes)
    return Observation(outcomes, at, time.monotonic() - began, tuple(cluster.refused))


def _watched(target: Askable, prometheus: str) -> Askable:
    return Watched(target, prometheus) if prometheus else target


async def of_dump(dump: Dump, desired: Desired, probes: Sequence[Probe], prometheus: str = "") -> Observation:
    """Ask what someone had printed, and the ``prometheus`` at this address; ages are counted from now.

    Raises RedismanifestsError where a field holds what no API server stores.
    """
    at, began = steady_now(), time.monotonic()
    moment = Round(_watched(dump, prometheus), desired, datetime.fromtimestamp(at, UTC))
    try:
        outcomes = await moment.outcomes(probes)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # Others wrote it: a quantity may be any text, an entry may lack its name. Ours is held to its schema.
        raise RedismanifestsError(
            f"the dump has not the shape of stored objects ({type(error).__name__}: {error})",
            "give what kubectl get -o yaml prints",
        ) from error
    return Observation(outcomes, at, time.monotonic() - began)


def of_rehearsal(
    objects: Iterable[object],
    probes: Sequence[Probe],
    engine: str | None = None,
    watch: Callable[[Event], None] | None = None,
    notes: Sequence[str] = (),
) -> Observation:
    """Run the objects on this machine, and ask there; raises ToolError where the machine lacks something."""
    from redismanifests.prove.rehearse.looking import NAME  # noqa: PLC0415 (only a rehearsal needs it)
    from redismanifests.prove.rehearse.run import run  # noqa: PLC0415

    result = run(list(objects), NAME, engine=engine, watch=watch, notes=notes)  # type: ignore[arg-type]
    wanted = {each.code for each in probes}
    outcomes = tuple(each for each in result.probes if each.code in wanted)
    return Observation(outcomes, result.began, result.took_s, notes=result.not_carried)


async def watched(
    look: Callable[[], Awaitable[Observation]], limit_s: float, progress: Progress, *, strict: bool
) -> Observation:
    """Check until healthy or until the limit; raises the last error if no round could run."""
    until = time.monotonic() + limit_s
    while True:
        trouble: RedismanifestsError | None = None
        try:
            progress.last = await look()
            progress.waiting = ""
        except (NotFoundError, UnreachableError) as error:
            # Of a pipeline that has just created the namespace, or an API server that is being updated.
            trouble, progress.waiting = error, error.fact
        if progress.last and not trouble and not progress.last.verdict(strict=strict).code:
            return progress.last
        # A missing permission does not come by waiting.
        if time.monotonic() + AGAIN_S > until or (progress.last and progress.last.refused):
            if trouble or not progress.last:
                raise trouble or RedismanifestsError("nothing was seen")
            return progress.last
        await asyncio.sleep(AGAIN_S)
