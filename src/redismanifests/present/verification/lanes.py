"""Lanes: a drill as a timeline whose zero is its first fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.roles import STATES
from redismanifests.present.timeline import Lane, Mark, Span, Timeline
from redismanifests.present.verification.words import drill_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.result.drill import Drill, Turn


def timeline(drill: Drill, name: str) -> Timeline:
    """The picture of a drill, from its first recorded change."""
    begins = min([drill.began, *(turn.at for turn in drill.turns)])
    ends = max([drill.ended, *(turn.at for turn in drill.turns)])
    return Timeline(
        name=name,
        title=drill_title(drill),
        begins=begins - drill.began,
        ends=ends - drill.began,
        lanes=tuple(_lanes(drill, begins, ends)),
        marks=tuple(Mark(event.at - drill.began, event.text, event.fault) for event in drill.events),
        outages=tuple((before - drill.began, after - drill.began) for before, after in drill.outages),
        limit=drill.bound_s,
    )


def _lanes(drill: Drill, begins: float, ends: float) -> Iterator[Lane]:
    of_pod: dict[str, list[Turn]] = {}
    for turn in drill.turns:
        of_pod.setdefault(turn.pod, []).append(turn)
    for pod, turns in of_pod.items():
        # Before its first record, a pod has the role of that record.
        starts = [begins, *(turn.at for turn in turns[1:])]
        stops = [*starts[1:], ends]
        spans = (
            Span(start - drill.began, stop - drill.began, STATES[turn.role], turn.ready)
            for start, stop, turn in zip(starts, stops, turns, strict=True)
            if stop > start
        )
        yield Lane(pod, tuple(spans))
