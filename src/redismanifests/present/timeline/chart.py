"""Chart: a timeline in letters, for what shows no pictures: a terminal, a merge request, an e-mail.

A row per pod, a column for the same time in each; a letter says what the pod is, in lower case while it is not ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.timeline.value import State, step_of

if TYPE_CHECKING:
    from redismanifests.present.timeline.value import Lane, Timeline

COLUMNS = 96
_LETTERS = {
    State.MASTER: "M",
    State.REFUSING: "N",
    State.REPLICA: "R",
    State.DETACHED: "D",
    State.SENTINEL: "S",
    State.CLIENT: "C",
    State.LOADING: "L",
    State.SILENT: "?",
    State.STARTING: ".",
    State.GONE: " ",
}
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)
_TICK = 10
"""Columns between two times of the axis."""


def chart(timeline: Timeline, columns: int = COLUMNS) -> str:
    """Lines of text: axis, pods, writes, legend, marks."""
    step = step_of(timeline.ends - timeline.begins, columns, _STEPS)
    first = int(timeline.begins // step)
    # Even a drill that took no time has a column.
    last = max(int(-(-timeline.ends // step)), first + 1)
    moments = [number * step for number in range(first, last)]
    width = max((len(lane.name) for lane in timeline.lanes), default=0)
    width = max(width, len("writes"))
    rows = [
        f"{'s':>{width}}  {_axis(first, len(moments), step)}",
        f"{'':{width}}  {_numbers(timeline, moments, step)}",
        *(f"{printable(lane.name):<{width}}  {_row(lane, moments, step)}" for lane in timeline.lanes),
        f"{'writes':<{width}}  {_writes(timeline, moments, step)}",
        "",
        _legend(timeline),
        *(
            f"{number}: {mark.at:z.1f} s {'* ' if mark.fault else ''}{printable(mark.text)}"
            for number, mark in enumerate(timeline.marks, 1)
        ),
    ]
    return "\n".join(row.rstrip() for row in rows)


def _axis(first: int, count: int, step: float) -> str:
    cells = [" "] * (count + _TICK)
    for column in range(count):
        if (first + column) % _TICK == 0:
            label = f"{(first + column) * step:g}"
            cells[column : column + len(label)] = label
    return "".join(cells)


def _numbers(timeline: Timeline, moments: list[float], step: float) -> str:
    cells = [" "] * len(moments)
    for number, mark in enumerate(timeline.marks, 1):
        column = int(min(max((mark.at - moments[0]) // step, 0), len(moments) - 1))
        # Of marks in one column the first is shown; all are listed below.
        if cells[column] == " ":
            cells[column] = str(number) if number <= 9 else "+"
    return "".join(cells)


def _row(lane: Lane, moments: list[float], step: float) -> str:
    return "".join(_letter(lane, moment + step / 2) for moment in moments)


def _letter(lane: Lane, moment: float) -> str:
    for span in lane.spans:
        if span.begins <= moment < span.ends:
            letter = _LETTERS[span.state]
            return letter if span.ready else letter.lower()
    return " "


def _writes(timeline: Timeline, moments: list[float], step: float) -> str:
    return "".join(
        "!" if any(begins < moment + step and ends > moment for begins, ends in timeline.outages) else "-"
        for moment in moments
    )


def _legend(timeline: Timeline) -> str:
    used = {span.state for lane in timeline.lanes for span in lane.spans}
    told = [
        f"{letter} {state.value}" for state, letter in _LETTERS.items() if state in used and letter.strip()
    ]
    return ", ".join([*told, "lower case: not ready", "! no write acknowledged", "* done by the drill"])
