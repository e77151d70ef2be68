"""Drilled: a scenario of the rehearsal as the drill that does the same to a running deployment.

A verification report contains drills of clusters and of rehearsals, and their figures must have one meaning.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.seen import Pods
from redismanifests.prove.result.drill import Drill, Event, Kind, Role, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.prove.rehearse.result import Result
    from redismanifests.prove.toycluster import event

KINDS = {
    "master-killed": Kind.FAILOVER,
    "master-deleted": Kind.FAILOVER,
    "master-force-deleted": Kind.FAILOVER,
    "redis-rolled": Kind.ROLLING_RESTART,
    "both-rolled": Kind.ROLLING_RESTART,
    "sentinels-killed": Kind.SENTINEL_LOSS,
}
SCENARIOS = {
    Kind.FAILOVER: "master-killed",
    Kind.ROLLING_RESTART: "redis-rolled",
    Kind.SENTINEL_LOSS: "sentinels-killed",
}
"""What is rehearsed where a drill is asked for; a node is not drained on a machine that is one."""
_TOLD_AS_FIGURES = ("outage", "lost acknowledged writes")
_MASTERS = (Role.MASTER, Role.REFUSING)


def drilled(result: Result) -> Drill | None:
    """The result as a drill; None where no drill does that, or nothing was ever done."""
    kind, began = KINDS.get(result.scenario), result.fault_at
    outage = next((each for each in result.measures if each.name == "outage"), None)
    if kind is None or began is None or outage is None or outage.limit is None:
        return None
    seen = [each for each in result.events if each.kind == "Topology"]
    before, after = seen[0], seen[-1]
    turns = tuple(_turns(result.events, result.phase("write") or began))
    return Drill(
        kind=kind,
        how="; ".join(dict.fromkeys(_said(each) for each in result.events if each.kind == "Fault")),
        began=began,
        ended=result.began + result.took_s,
        outage_s=outage.value if math.isfinite(outage.value) else None,
        bound_s=outage.limit,
        acknowledged=int(result.measure("acknowledged writes").value),
        lost=int(result.measure("lost acknowledged writes").value),
        promoted=after.subject if after.subject != before.subject else "",
        agreed_s=after.at - began if after.text == "right" else None,
        outages=tuple((begins, ends) for begins, ends in result.pauses if ends > began),
        turns=turns,
        events=tuple(sorted(_events(result.events, turns, began), key=lambda each: each.at)),
        problems=tuple(_problems(result)),
    )


def _turns(events: Iterable[event.Event], since: float) -> Iterator[Turn]:
    pods = Pods()
    told: dict[str, tuple[Role, bool]] = {}
    for each in events:
        if each.at >= since and not told:
            told = pods.now()
            yield from (Turn(since, pod, *now) for pod, now in told.items())
        pods.see(each)
        if each.at < since:
            continue
        for pod, now in pods.now().items():
            if told.get(pod) != now:
                told[pod] = now
                yield Turn(each.at, pod, *now)


def _events(events: Iterable[event.Event], turns: Iterable[Turn], began: float) -> Iterator[Event]:
    for each in events:
        if each.kind == "Fault" and each.at >= began:
            yield Event(each.at, _said(each), fault=True)
    role: dict[str, Role] = {}
    for turn in turns:
        if turn.at >= began and turn.role in _MASTERS and role.get(turn.pod) not in _MASTERS:
            yield Event(turn.at, f"{turn.pod} is master")
        role[turn.pod] = turn.role


def _said(fault: event.Event) -> str:
    return f"{fault.subject}: {fault.text}" if fault.subject else fault.text


def _problems(result: Result) -> Iterator[str]:
    yield from result.problems
    for measure in result.measures:
        if not measure.held and measure.name not in _TOLD_AS_FIGURES:
            value = f"{measure.value:g} {measure.unit}" if math.isfinite(measure.value) else "without end"
            yield f"{measure.name} {value} exceeds {measure.limit:g} {measure.unit}"
