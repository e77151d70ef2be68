"""Lanes: the events of a rehearsal as a timeline whose zero is the fault.

Without a fault, as in a first apply, it begins with the first event.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from redismanifests.present.rehearsal.pods import Pods
from redismanifests.present.timeline import Lane, Mark, Span, State, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.prove.rehearse.result import Result
    from redismanifests.prove.rehearse.suite import Run
    from redismanifests.prove.toycluster.event import Event

_AT_ONCE_S = 0.5
"""The same thing done to several pods within this time is one mark."""
_MOST_NAMED = 4
_MASTERS = (State.MASTER, State.REFUSING)


def timeline(run: Run, name: str) -> Timeline:
    """The picture of a run, from the first write on."""
    result = run.result
    fault = result.fault_at
    zero = fault or result.began
    begins = (result.phase("write") if fault else None) or result.began
    ends = result.began + result.took_s
    return Timeline(
        name=name,
        title=f"{result.scenario}: {run.about}",
        begins=begins - zero,
        ends=ends - zero,
        lanes=_shifted(_lanes(result.events, begins, ends), zero),
        marks=tuple(
            sorted((*_marks(result.events, begins, zero), *_alerts(result, zero)), key=lambda mark: mark.at)
        ),
        outages=tuple((before - zero, after - zero) for before, after in result.pauses),
        limit=_limit(result),
    )


def _limit(result: Result) -> float | None:
    """Of the outage; None where none was computed."""
    limits = [each.limit for each in result.measures if each.name == "outage"]
    return limits[0] if limits and limits[0] is not None and math.isfinite(limits[0]) else None


def _lanes(events: Iterable[Event], begins: float, ends: float) -> Iterator[Lane]:
    pods = Pods()
    changes: dict[str, list[tuple[float, tuple[State, bool]]]] = {}
    for event in events:
        pods.see(event)
        moment = max(event.at, begins)
        for pod, now in pods.now().items():
            seen = changes.setdefault(pod, [(begins, now)])
            if now == seen[-1][1]:
                continue
            # What was true for no time at all is not drawn, nor is the border that it leaves between equals.
            if seen[-1][0] == moment:
                seen.pop()
            if not seen or now != seen[-1][1]:
                seen.append((moment, now))
    for pod in pods.now():
        until = (*(moment for moment, _ in changes[pod][1:]), ends)
        spans = (Span(since, end, *now) for (since, now), end in zip(changes[pod], until, strict=True))
        yield Lane(pod, tuple(spans))


def _shifted(lanes: Iterable[Lane], zero: float) -> tuple[Lane, ...]:
    return tuple(
        Lane(lane.name, tuple(Span(s.begins - zero, s.ends - zero, s.state, s.ready) for s in lane.spans))
        for lane in lanes
    )


def _marks(events: Iterable[Event], begins: float, zero: float) -> Iterator[Mark]:
    yield from _promotions(events, begins, zero)
    group: list[Event] = []
    for event in events:
        if event.kind != "Fault" or event.at < begins:
            continue
        if group and (event.text != group[0].text or event.at - group[0].at > _AT_ONCE_S):
            yield _fault(group, zero)
            group = []
        group.append(event)
    if group:
        yield _fault(group, zero)


def _fault(group: list[Event], zero: float) -> Mark:
    named = [event.subject for event in group if event.subject]
    if len(named) > _MOST_NAMED:
        # A line has space for the action, or for the names of all pods.
        named[_MOST_NAMED - 1 :] = [f"{len(named) - _MOST_NAMED + 1} more"]
    subjects = ", ".join(named)
    text = f"{subjects}: {group[0].text}" if subjects else group[0].text
    return Mark(group[0].at - zero, text, fault=True)


def _alerts(result: Result, zero: float) -> Iterator[Mark]:
    """When each alert fired."""
    since = (result.phase("fault") or zero) - zero
    for each in result.alerts:
        if each.after_s is not None:
            yield Mark(each.after_s + since, f"{each.alert} ({each.severity})")


def _promotions(events: Iterable[Event], begins: float, zero: float) -> Iterator[Mark]:
    pods = Pods()
    masters: set[str] = set()
    for event in events:
        pods.see(event)
        now = {pod for pod, (state, _) in pods.now().items() if state in _MASTERS}
        for pod in sorted(now - masters):
            if event.at >= begins:
                yield Mark(event.at - zero, f"{pod} is master")
        masters = now
