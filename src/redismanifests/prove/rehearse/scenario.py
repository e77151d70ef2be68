"""Scenario: what is done to a running deployment, and what must hold, by when.

Why: every scenario is framed alike (bring up, write, break, wait until whole, look everything up), so a scenario's own
file holds only its fault and its limits.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.rehearse.alerts.sounded import Watched
from redismanifests.prove.rehearse.bench.carried import not_carried
from redismanifests.prove.rehearse.measure.busy import SPIN_PERCENT, busiest
from redismanifests.prove.rehearse.measure.kept import count, survives
from redismanifests.prove.rehearse.measure.recovery import Recovery, bootstrap, cure_s
from redismanifests.prove.rehearse.measure.roles import RESOLUTION_S, Roles
from redismanifests.prove.rehearse.measure.topology import SETTLED_S, probed, settled
from redismanifests.prove.rehearse.measure.votes import ALLOWED, allowance_s, failed_so_far
from redismanifests.prove.rehearse.result import Measure, Result, fired

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Iterable, Iterator

    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.rehearse.measure.kept import Ending
    from redismanifests.prove.rehearse.measure.traffic import Account
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_STEADY_S = 3.0
"""Writing before the fault and after the recovery, so that both ends of an outage are seen."""


async def _nothing(_stage: Stage, _recovery: Recovery) -> None:
    """Most faults need no scene."""


def _nothing_lacks(_objects: Objects) -> str:
    """Most scenarios can run with any objects."""
    return ""


async def _as_rendered(_stage: Stage) -> None:
    """Most scenarios play what was rendered, byte for byte."""


def failures(probes: Iterable[Outcome], told: Container[str]) -> Iterator[str]:
    """Each fault that a check found, unless it was reported already."""
    for each in probes:
        if each.status is Status.FAILED:
            yield from (f"{each.code} {each.name}: {fact}" for fact in each.facts if fact not in told)


def since_backup(account: Account, saved_at: float, destroyed_at: float) -> Iterator[Measure]:
    """Losses where all but a backup was destroyed: none of before its start, and no hole before the last one kept."""
    missing = sum(at <= saved_at for at in account.lost_at)
    last = max((at for at in account.kept_at if at <= destroyed_at), default=0.0)
    yield Measure("lost acknowledged writes", missing, "", 0)
    yield Measure("holes among restored writes", sum(saved_at < at < last for at in account.lost_at), "", 0)
    yield Measure("writes since the backup that are gone", len(account.lost_at) - missing, "")
    yield Measure("backup began before the end", destroyed_at - saved_at, "s")


def since_moment(account: Account, stage: Stage) -> Iterator[Measure]:
    """What is there although it was written later than a second after what is restored."""
    returned = sum(stage.saved_at + 1 < at <= stage.destroyed_at for at in account.kept_at)
    yield Measure("writes of after the moment", returned, "", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``prepare`` sets the scene, ``play`` does the fault; the others compute limits in seconds."""

    name: str
    about: str
    play: Callable[[Stage, Recovery], Awaitable[None]]
    before: Callable[[Stage], Awaitable[None]] = _as_rendered
    """What is other than rendered, before anything is applied."""
    substituted: tuple[str, ...] = ()
    """What ``before`` changes, for the result."""
    arrange: Callable[[Stage], Awaitable[None]] = _as_rendered
    """What must be so before the application writes."""
    prepare: Callable[[Stage, Recovery], Awaitable[None]] = _nothing
    """What must be so before the fault; its own outages do not count."""
    outage: Callable[[Recovery], float] = Recovery.steady
    whole: Callable[[Recovery], float] = Recovery.whole
    two_masters: Callable[[Recovery], float] = lambda _: 0.0
    """How long two masters may take writes at once; beyond a partition never."""
    stale: Callable[[Recovery], float] = Recovery.stale
    """How long reads of a master may show less than was acknowledged."""
    loss_window: Callable[[Recovery], float] | None = None
    """From the isolation on, how long writes are acknowledged that may be lost; None is never."""
    lacks: Callable[[Objects], str] = _nothing_lacks
    """The missing part without which it cannot run; empty if nothing is missing."""
    afterwards: Callable[[Stage], Awaitable[None]] = _as_rendered
    """What is looked at when all is healthy again."""
    in_flight: int = 0
    """Acknowledged writes that may be on their way to the replicas when the one volume that has them is lost, and
    every process with it: Redis replicates asynchronously. The application has one write under way at a time."""
    ends_all: Ending | None = None
    """How every Redis ends at the same time, so that only what is on disk remains; None where one of them runs on."""

    restores: bool = False
    """Whether it runs the restore of a backup; others start as if it were over."""
    needs_next: bool = False
    """Whether it changes the engine, and so needs a second server."""

    async def run(self, stage: Stage, dns_ttl_s: float) -> Result:
        """Play it from empty volumes to the last look-up."""
        site = stage.cluster.site
        if missing := self.lacks(site.objects):
            raise RedismanifestsError(
                f"{self.name} cannot be rehearsed: {missing}", "leave this scenario out"
            )
        await self.before(stage)
        site.emit("Phase", "apply", "the objects are applied; waiting until everything is healthy")
        stage.cluster.apply()
        roles = Roles(stage.cluster, stage.deployment)
        stage.changed = roles.watch
        took, seen = await stage.right(limit := bootstrap(site.objects, dns_ttl_s), first=True)
        measures = [Measure("whole after apply", took, "s", limit)]
        carried = (*not_carried(site.objects), *self.substituted)
        if seen.problems:
            probes = await probed(stage.cluster, stage.deployment)
            wrong = (*seen.problems, *failures(probes, seen.problems))
            return Result(self.name, tuple(measures), wrong, carried, probes=probes)
        await self.arrange(stage)
        master, recovery = await stage.recovery(dns_ttl_s)
        before = stage.dataset()
        await before.load(await stage.master())
        if before.left_out:
            await stage.forget_refusals()
        site.emit("Phase", "write", f"the application writes, beside {before.keys} keys of before")
        traffic = stage.traffic(master)
        # The application starts like any pod; the fault comes when it has been writing for a while.
        await traffic.writing(int(_STEADY_S * 10))
        await asyncio.sleep(_STEADY_S)
        await self.prepare(stage, recovery)
        if stage.watch:
            site.emit("Phase", "watch", "Prometheus scrapes every pod")
            await stage.watch.begin()
        fault_at, failed_before = steady_now(), failed_so_far(stage)
        site.emit("Phase", "fault", self.about)
        await self.play(stage, recovery)
        site.emit("Phase", "recover", "waiting until everything is healthy again")
        took, seen = await stage.right(self.whole(recovery))
        busy = await busiest(stage, cure_s(stage.cluster.sets[stage.deployment.sentinel.name].spec))
        two = roles.two_writable_s(fault_at)
        await self.afterwards(stage)
        site.emit("Phase", "look-up", "every acknowledged write is looked up")
        account = await traffic.finish(fault_at)
        kept = await count(stage, before, traffic.kept(account))
        seen_by = await stage.watch.account(fault_at) if stage.watch else Watched()
        # What no disk holds is gone with the last process, and no one was promised anything else.
        volatile = self.ends_all is not None and not survives(stage, self.ends_all)
        site.emit(
            "Phase", "end", f"{account.acknowledged} acknowledged, {len(account.lost)} lost; {kept.text}"
        )
        measures += [
            *self._delays(account, took, len(failed_so_far(stage) - failed_before), recovery),
            Measure("acknowledged writes", account.acknowledged, ""),
            *self._gone(account, stage, fault_at, recovery, volatile=volatile),
            *kept.measures(volatile=volatile),
            *stage.measures,
            *(alarm for each in seen_by.alerts if (alarm := fired(each))),
            Measure("stale reads", account.stale_reads, ""),
            Measure("stale reads for", account.stale_s, "s", self.stale(recovery)),
            Measure("reads from a former master", account.replica_reads, ""),
            Measure("two writable masters", two, "s", self._two_masters(recovery)),
            Measure("busiest process", busy[1], "% of a core", SPIN_PERCENT),
        ]
        probes = await settled(partial(probed, stage.cluster, stage.deployment), SETTLED_S)
        problems = [*seen.problems, *kept.problems, *site.trouble, *failures(probes, seen.problems)]
        problems += [each.problem for each in seen_by.alerts if each.problem]
        if not account.complete:
            problems.append("the writes could not be looked up")
        carried += before.left_out + (stage.watch.notes if stage.watch else ())
        return Result(
            self.name,
            tuple(measures),
            tuple(problems),
            carried,
            account.pauses,
            probes=probes,
            alerts=seen_by.alerts,
            foreign=seen_by.foreign,
            boards=seen_by.boards,
        )

    def _delays(self, account: Account, whole_s: float, failed: int, recovery: Recovery) -> list[Measure]:
        outage = self.outage(recovery)
        later = allowance_s(failed, outage, recovery)
        return [
            Measure("outage", account.outage_s, "s", outage + later),
            Measure("paused in all", account.paused_s, "s"),
            Measure("whole after", whole_s, "s", self.whole(recovery) + later),
            Measure("failed elections", failed, "", ALLOWED),
        ]

    def _two_masters(self, recovery: Recovery) -> float | None:
        # Without min-replicas-to-write nothing but the hand-over's pause keeps two masters apart, and INFO hides that.
        return self.two_masters(recovery) + RESOLUTION_S if recovery.min_replicas else None

    def _gone(
        self, account: Account, stage: Stage, fault_at: float, recovery: Recovery, *, volatile: bool
    ) -> Iterable[Measure]:
        if stage.destroyed_at:
            since = tuple(since_backup(account, stage.saved_at, stage.destroyed_at))
            return (*since, *since_moment(account, stage)) if stage.to_the_second else since
        return self._losses(account, stage.isolated_at or fault_at, recovery, volatile=volatile)

    def _losses(
        self, account: Account, since: float, recovery: Recovery, *, volatile: bool = False
    ) -> list[Measure]:
        lost = len(account.lost)
        if self.loss_window is None:
            return [Measure("lost acknowledged writes", lost, "", None if volatile else self.in_flight)]
        window = max(account.lost_at, default=since) - since
        limit = self.loss_window(recovery)
        return [
            Measure("lost acknowledged writes", lost, ""),
            Measure("loss window", window, "s", limit if recovery.min_replicas else None),
        ]
