"""Lanes and the live view: the same events, over time and now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording import recorded

from redismanifests.present.rehearsal.lanes import timeline
from redismanifests.present.rehearsal.live import Live
from redismanifests.present.timeline import Lane, Mark, State, Timeline, svg
from redismanifests.prove.rehearse.result import Result
from redismanifests.prove.rehearse.suite import Run
from redismanifests.prove.result.drill import Role
from redismanifests.prove.toycluster.event import Event

if TYPE_CHECKING:
    from collections.abc import Sequence


def drawn(events: Sequence[tuple[float, str, str, str]]) -> Timeline:
    result = Result("s", (), (), (), events=tuple(Event(*event) for event in events))
    return timeline(Run("shop", 1, "about", result), "s")


def spans(lane: Lane) -> list[tuple[float, float, State, bool]]:
    return [(span.begins, span.ends, span.state, span.ready) for span in lane.spans]


def test_a_failover_is_drawn_with_the_fault_as_zero() -> None:
    seen = drawn(
        [
            (100, "Role", "redis-0", Role.MASTER),
            (100, "Role", "redis-1", Role.REPLICA),
            (100, "PodReady", "redis-0", ""),
            (110, "Phase", "write", ""),
            (120, "Phase", "fault", "about"),
            (120, "Fault", "redis-0", "kill -9"),
            (121, "Role", "redis-0", Role.DOWN),
            (121, "PodNotReady", "redis-0", ""),
            (126, "Role", "redis-1", Role.REFUSING),
            (127, "Role", "redis-1", Role.MASTER),
            (130, "Phase", "end", ""),
        ]
    )
    assert (seen.begins, seen.ends) == (-10, 10)
    old, new = seen.lanes
    assert spans(old) == [(-10, 1, State.MASTER, True), (1, 10, State.GONE, False)]
    assert [(begins, state) for begins, _, state, _ in spans(new)] == [
        (-10, State.REPLICA),
        (6, State.REFUSING),
        (7, State.MASTER),
    ]
    assert seen.marks == (Mark(0, "redis-0: kill -9", fault=True), Mark(6, "redis-1 is master"))


def test_without_a_fault_the_whole_beginning_is_drawn() -> None:
    seen = drawn(
        [(100, "Scheduled", "redis-0", ""), (118, "Phase", "write", ""), (123, "Phase", "fault", "")]
    )
    assert (seen.begins, seen.ends) == (0, 23)
    assert spans(seen.lanes[0]) == [(0, 23, State.STARTING, False)]


def test_what_is_done_to_many_pods_at_once_is_one_mark() -> None:
    killed = [(100 + number / 10, "Fault", f"redis-{number}", "kill -9") for number in range(3)]
    seen = drawn([*killed, (105, "Fault", "redis-0", "kill -9"), (105.1, "Fault", "", "healed")])
    assert [mark.text for mark in seen.marks] == [
        "redis-0, redis-1, redis-2: kill -9",
        "redis-0: kill -9",
        "healed",
    ]


def test_a_pod_that_is_replaced_within_one_moment_leaves_no_border() -> None:
    seen = drawn(
        [(0, "Scheduled", "redis-0", ""), (1, "Deleted", "redis-0", ""), (1, "Scheduled", "redis-0", "")]
    )
    assert spans(seen.lanes[0]) == [(0, 1, State.STARTING, False)]


_SUBJECTS = st.sampled_from(["redis-0", "redis-1", "redis-0/redis", "client", "client/writer", "apply", ""])
_EVENTS = st.lists(
    st.tuples(
        st.floats(0, 1000),
        st.sampled_from(
            ["Scheduled", "Deleted", "Role", "Started", "Exited", "PodReady", "PodNotReady", "Fault", "Phase"]
        ),
        _SUBJECTS,
        st.sampled_from([Role.MASTER, Role.REFUSING, Role.REPLICA, Role.SILENT, Role.DOWN, "kill -9", ""]),
    ),
    min_size=1,
).map(sorted)


@given(_EVENTS)
def test_every_lane_is_without_gaps_whatever_happens(events: list[tuple[float, str, str, str]]) -> None:
    seen = drawn(events)
    for lane in seen.lanes:
        assert lane.spans[0].begins == pytest.approx(seen.begins)
        assert lane.spans[-1].ends == pytest.approx(seen.ends)
        for before, after in zip(lane.spans, lane.spans[1:], strict=False):
            assert before.ends == after.begins
            assert (before.state, before.ready) != (after.state, after.ready)
    svg(seen)


def test_the_live_view_fits_the_terminal_and_ends_where_the_run_ended() -> None:
    result = recorded("held")
    live = Live("shop master-killed  1 of 1", result.began)
    outage = False
    for event in result.events:
        live.see(event)
        for columns in (20, 80, 200):
            lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in live.lines(event.at + 1.5, columns)]
            assert max(map(len, lines)) <= columns
        outage |= any(line.strip() == "no write acknowledged for 1.5 s" for line in lines)
    assert outage
    text = "\n".join(lines)
    master = next(event.subject for event in reversed(result.events) if event.text == Role.MASTER)
    assert re.search(rf"^  {master} +master +ready$", text, re.MULTILINE)
    assert "kill -9" in text
    assert "writes were acknowledged again after" in text
