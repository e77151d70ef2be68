"""Play: runs a drill from its first check to the last; its objects are always removed again."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.steady import steady_now
from redismanifests.errors import RedismanifestsError
from redismanifests.profile.formulas.drill import Kind
from redismanifests.prove.checks.index import ESSENTIAL
from redismanifests.prove.checks.look import Look, Round
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.drill.bench import ClusterBench, is_ready, on_node
from redismanifests.prove.drill.journal import Journal
from redismanifests.prove.drill.lease import Lease
from redismanifests.prove.drill.measuring import CONTAINER, STOP, job, job_name
from redismanifests.prove.drill.plan import Blast, Way, fault_of
from redismanifests.prove.faults.fault import Hit
from redismanifests.prove.live.cluster import Cluster
from redismanifests.prove.live.trouble import ClusterError
from redismanifests.prove.result.drill import Drill, Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.profile.model import Profile
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.drill.plan import Plan
    from redismanifests.prove.live.kubectl import Kubectl

FORBIDDING = ("redismanifests/drills", "forbidden")
"""The label of a namespace in which no one may drill."""
_STEADY_S = 3.0
_STEADY_WRITES = 30
_START_LIMIT_S = 120.0
_LOOK_UP_LIMIT_S = 120.0
_POLL_S = 0.5
_AGREED_FOR_S = 3.0
_CHANGES_S = 1.0
_CLEAN_LIMIT_S = 20.0


class Ground(NamedTuple):
    """Where a drill takes place."""

    kubectl: Kubectl
    profile: Profile
    desired: Desired


class GivenUpError(Exception):
    """There was no master in time: an operator must act."""


async def allowed(ground: Ground) -> None:
    """Raise where the namespace forbids drills, or does not say whether it does."""
    name = ground.kubectl.namespace
    found = await ground.kubectl.get("namespace", name)
    if found is None:
        raise RedismanifestsError(
            f"there is no namespace {name}", "name another with --namespace or --context"
        )
    key, value = FORBIDDING
    if (found["metadata"].get("labels") or {}).get(key) == value:
        raise RedismanifestsError(
            f"namespace {name} forbids drills by its label {key}={value}",
            f"ask its owner; kubectl label namespace {name} {key}- allows them",
        )


async def blast(ground: Ground, chosen: Plan) -> Blast:
    """What is there to be hit; raises where there is no master, or the node that is drained holds nothing of ours."""
    cluster = Cluster(ground.kubectl, ground.desired.objects)
    fields = ("role", "connected_clients", "rdb_changes_since_last_save")
    first = await Look(Round(cluster, ground.desired)).every_info(*fields)
    masters = [pod for pod, info in first.items() if info.get("role") == "master"]
    if len(masters) != 1:
        raise RedismanifestsError(
            f"{len(masters)} pods say that they are master, so no one knows what a drill would show",
            "see redismanifests verify",
        )
    if chosen.kind is Kind.DRAIN and not on_node(ground.desired, await cluster.listed("Pod"), chosen.node):
        raise RedismanifestsError(
            f"no pod of this deployment runs on node {chosen.node}",
            f"kubectl -n {ground.kubectl.namespace} get pods -o wide shows where they are",
        )
    master = masters[0]
    await asyncio.sleep(_CHANGES_S)
    began = time.monotonic()
    second = await Look(Round(cluster, ground.desired)).info(ground.desired.redis, master, *fields)
    before, after = (int(each.get("rdb_changes_since_last_save", -1)) for each in (first[master], second))
    changes = (after - before) / (time.monotonic() - began + _CHANGES_S) if 0 <= before <= after else None
    clients = first[master].get("connected_clients")
    return Blast(master, int(clients) if clients else None, changes)


@dataclass(slots=True)
class Progress:
    """What a terminal is shown while it goes on; written here, read from another thread."""

    stage: str = "beginning"
    began: float = field(default_factory=time.monotonic)
    journal: Journal | None = None

    def lines(self, columns: int) -> list[str]:
        """Where it is, and what was written so far."""
        written = f"  {len(self.journal.acknowledged)} writes" if self.journal else ""
        return [f"{time.monotonic() - self.began:.0f} s  {self.stage}{written}"[:columns]]


async def play(
    ground: Ground,
    chosen: Plan,
    master: str,
    tell: Callable[[str], None],
    progress: Progress | None = None,
) -> Drill:
    """Do the drill; everything it made is removed again, also when it is cancelled.

    Raises RedismanifestsError where it could not be done. Safety: without a master for three times the bound it ends,
    and the result says so.
    """
    lease = Lease(ground.kubectl, job_name(ground.profile))
    await lease.take()
    stage = _Stage(ground, chosen, tell, progress or Progress())
    try:
        keeping = asyncio.create_task(lease.keep())
        playing = asyncio.create_task(stage.play(master))
        try:
            await asyncio.wait({keeping, playing}, return_when=asyncio.FIRST_COMPLETED)
            if keeping.done():
                keeping.result()
            return await playing
        finally:
            for task in (keeping, playing):
                task.cancel()
            await asyncio.gather(keeping, playing, return_exceptions=True)
    finally:
        # A second interrupt must not leave half of it.
        await asyncio.shield(_cleaned(stage, lease))


async def _cleaned(stage: _Stage, lease: Lease) -> None:
    for step in (stage.undo, stage.remove, lease.give_back):
        with suppress(TimeoutError, RedismanifestsError):
            async with asyncio.timeout(_CLEAN_LIMIT_S):
                await step()


class _Stage:
    """A running drill."""

    def __init__(self, ground: Ground, chosen: Plan, tell: Callable[[str], None], progress: Progress) -> None:
        self._ground = ground
        self._kubectl = ground.kubectl
        self._plan = chosen
        self._tell = tell
        self._progress = progress
        self._job = job_name(ground.profile)
        self._pod = ""
        self._events: list[Event] = []
        self._bench = ClusterBench(ground.kubectl, ground.desired, self._fault)
        desired = ground.desired
        self._journal = Journal(desired.redis.pods, desired.sentinel.pods)
        progress.journal = self._journal

    def _note(self, text: str, *, fault: bool = False) -> None:
        self._events.append(Event(steady_now(), text, fault))
        self._tell(text)

    def _fault(self, text: str) -> None:
        self._note(text, fault=True)

    async def play(self, master: str) -> Drill:
        await self._kubectl.delete("jobs.batch", self._job, wait=True)
        await self._kubectl.create(job(self._ground.profile, self._plan))
        reading = asyncio.create_task(self._read())
        try:
            await self._writing()
            self._progress.stage = "writing"
            await asyncio.sleep(_STEADY_S)
            # Other things may have happened since a person said yes.
            agreed = self._journal.agreeing_since()
            if agreed is None or agreed[1] != master:
                raise RedismanifestsError(
                    f"the pod that measures does not see {master} as the master of all, so nothing was done",
                    "see redismanifests verify, then try again",
                )
            self._progress.stage = "the fault"
            began, problems = await self._broken(master)
            ended = steady_now()
            problems += await self._looked_up()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        problems += await self._wrong()
        return self._result(master, began, ended, tuple(problems))

    async def _do(self, master: str) -> float:
        """The fault, to its end; when it began."""
        await fault_of(self._plan).play(self._bench, Hit(master, self._plan.losable, self._plan.node))
        return self._bench.began or steady_now()

    async def _broken(self, master: str) -> tuple[float, list[str]]:
        """Make the fault and wait until healthy; returns the begin and the problems."""
        started = steady_now()
        doing = asyncio.create_task(self._do(master))
        try:
            while not doing.done():
                self._safe(started)
                await asyncio.wait({doing}, timeout=_POLL_S)
            began = await doing
            self._progress.stage = "waiting until all agree"
            await self._whole(began)
        except GivenUpError as reason:
            began = doing.result() if doing.done() and not doing.exception() else started
            self._note(str(reason))
            return began, [str(reason)]
        except RedismanifestsError as error:
            if not self._events:
                raise
            # Something was done already: what it came to is the result.
            self._note(error.fact)
            return started, [error.fact]
        finally:
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
        return began, []

    def _safe(self, began: float) -> None:
        """Raise where writes have been away for longer than the safety stop allows."""
        last = max((self._journal.moment(at) for at, _ in self._journal.acknowledged), default=began)
        if steady_now() - max(last, began) > self._plan.safety_s:
            raise GivenUpError(
                f"no write was acknowledged for {self._plan.safety_s:g} s: there is no master; given up"
            )

    async def _whole(self, began: float) -> None:
        """Until all agree and every pod is ready, or the time is over."""
        until = began + self._plan.limit_s
        while steady_now() < until:
            self._safe(began)
            agreed = self._journal.agreeing_since()
            now = steady_now()
            settled = now > began + self._plan.settle_s and agreed and now - agreed[0] > _AGREED_FOR_S
            if settled and await self._ready():
                self._note("all agree, and every pod is ready")
                await asyncio.sleep(_STEADY_S)
                return
            await asyncio.sleep(_POLL_S)

    async def _ready(self) -> bool:
        try:
            pods = {item["metadata"]["name"]: item for item in (await self._kubectl.listed("pods")).objects}
        except ClusterError:
            return False
        own = (*self._ground.desired.redis.pods, *self._ground.desired.sentinel.pods)
        return all(name in pods and is_ready(pods[name]) for name in own)

    async def _writing(self) -> None:
        """Until the pod that measures writes; raises where it cannot."""
        until = time.monotonic() + _START_LIMIT_S
        self._progress.stage = "starting the pod that measures"
        while len(self._journal.acknowledged) < _STEADY_WRITES:
            if time.monotonic() > until:
                raise RedismanifestsError(
                    f"the pod that measures does not write after {_START_LIMIT_S:g} s: {await self._why()}",
                    f"see kubectl -n {self._kubectl.namespace} describe job {self._job}",
                )
            await asyncio.sleep(_POLL_S)

    async def _why(self) -> str:
        refused = self._journal.refused[-1:]
        if refused:
            return refused[0][1] or "its writes are refused"
        said = await self._kubectl.run("get", "events", f"--field-selector=involvedObject.name={self._job}")
        return (said.output or said.errors).strip().splitlines()[-1] if said.output else "no one knows why"

    async def _read(self) -> None:
        """The journal, as it is printed; from the start again where the stream breaks."""
        taken = 0
        while not self._journal.done:
            if not self._pod:
                self._pod = await self._found()
            if self._pod:
                number = 0
                async for line in self._kubectl.lines(
                    "logs", "--follow", self._pod, f"--container={CONTAINER}"
                ):
                    number += 1
                    if number > taken:
                        self._journal.take(line, steady_now())
                        taken = number
            await asyncio.sleep(_POLL_S)

    async def _found(self) -> str:
        with suppress(ClusterError):
            found = await self._kubectl.listed("pods", selector=f"job-name={self._job}")
            # Of a drill before this one a pod may be on its way out.
            own = (p["metadata"] for p in found.objects if "deletionTimestamp" not in p["metadata"])
            return next((each["name"] for each in own), "")
        return ""

    async def _looked_up(self) -> list[str]:
        self._progress.stage = "looking every write up"
        await self._kubectl.exec(self._pod, CONTAINER, STOP)
        until = time.monotonic() + _LOOK_UP_LIMIT_S
        while not self._journal.done and not self._journal.not_looked_up and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
        if self._journal.done:
            return []
        return [self._journal.not_looked_up or "the writes could not be looked up"]

    async def _wrong(self) -> list[str]:
        """What essential probes find afterwards."""
        self._progress.stage = "verifying"
        try:
            cluster = Cluster(self._kubectl, self._ground.desired.objects)
            outcomes = await Round(cluster, self._ground.desired).outcomes(ESSENTIAL)
        except ClusterError as error:
            return [f"it could not be verified afterwards: {error.fact}"]
        return [
            f"{each.code} {each.name}: {fact}"
            for each in outcomes
            if each.status is not Status.PASSED
            for fact in each.facts[:1]
        ]

    def _result(self, master: str, began: float, ended: float, problems: tuple[str, ...]) -> Drill:
        journal = self._journal
        agreed = journal.agreeing_since()
        outage_s = journal.outage_s(began)
        away = max(began, *(journal.moment(at) for at, _ in journal.acknowledged[-1:]))
        # A last write long before the end: writes did not recover.
        back = ended - away < self._plan.safety_s if outage_s is not None else False
        pauses = list(journal.pauses(began))
        if not back:
            pauses.append((away, ended))
        reads = journal.reads_failed_s(began)
        events = [
            *self._events,
            Event(ended, f"writes were {journal.resolution_s() * 1000:.0f} ms apart where nothing was wrong"),
            Event(ended, f"reads through the Service were away for {reads:.1f} s at the most"),
        ]
        return Drill(
            kind=self._plan.kind,
            how=_how(self._plan, master),
            began=began,
            ended=ended,
            outage_s=outage_s if back else None,
            bound_s=self._plan.bound_s,
            acknowledged=len(journal.acknowledged),
            lost=len(journal.lost) if journal.done else None,
            promoted=agreed[1] if agreed and agreed[1] != master else "",
            agreed_s=max(0.0, agreed[0] - began) if agreed else None,
            outages=tuple(pauses),
            turns=journal.turns(),
            events=tuple(sorted(events, key=lambda event: event.at)),
            problems=problems,
        )

    async def undo(self) -> None:
        await self._bench.undo()

    async def remove(self) -> None:
        await self._kubectl.delete("jobs.batch", self._job)
        if self._pod:
            await self._kubectl.delete("pods", self._pod, grace_s=0)


def _how(chosen: Plan, master: str) -> str:
    if chosen.kind is Kind.FAILOVER:
        return {
            Way.KILL: f"the process of {master} killed",
            Way.DELETE: f"{master} deleted",
            Way.FORCE_DELETE: f"{master} force-deleted",
            None: "",
        }[chosen.way]
    return {
        Kind.ROLLING_RESTART: "every pod deleted, one after the other",
        Kind.SENTINEL_LOSS: f"{chosen.losable} Sentinels force-deleted",
        Kind.DRAIN: f"node {chosen.node} drained",
    }[chosen.kind]
