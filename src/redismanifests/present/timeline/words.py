"""Words: a timeline's picture in words, for readers who do not see it, and the labels of its outages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redismanifests.present.timeline.value import Timeline

_APART = 44.0
"""Labels whose middles are closer than this would cover each other."""


def in_words(timeline: Timeline) -> str:
    """The picture in words."""
    marks = [f"at {mark.at:z.1f} s {mark.text}" for mark in timeline.marks]
    begins, ends = timeline.judged or (0.0, 0.0)
    outage = f"longest time without an acknowledged write {ends - begins:.2f} s"
    limit = [] if timeline.limit is None else [f"limit {timeline.limit:zg} s"]
    return "; ".join([*marks, outage, *limit]) + "."


def labels(timeline: Timeline, x: Callable[[float], float]) -> Iterator[tuple[float, str, bool]]:
    """Where the length of an outage is written, and whether it counts: the longest first, and no two in one place."""
    taken: list[float] = []
    for begins, ends in sorted(timeline.outages, key=lambda outage: outage[0] - outage[1]):
        left, right = x(begins), x(ends)
        middle = (left + right) / 2
        if right > left and all(abs(middle - other) >= _APART for other in taken):
            taken.append(middle)
            yield middle, f"{ends - begins:.1f} s", ends > 0
