"""Whatever a drill tells of, its picture and its chart can be drawn, and a file carries it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from hostiletext import hostile_text
from redismanifests.present.timeline import svg
from redismanifests.present.timeline.chart import COLUMNS, chart
from redismanifests.present.verification.lanes import timeline
from redismanifests.present.verification.words import drill_summary
from redismanifests.prove.result.drill import Drill, Event, Kind, Role, Turn

MOMENTS = st.floats(min_value=990, max_value=1400, allow_nan=False)
SECONDS = st.one_of(st.none(), st.floats(min_value=0, max_value=600, allow_nan=False))


@st.composite
def drills(draw: st.DrawFn) -> Drill:
    turns = draw(
        st.lists(st.builds(Turn, MOMENTS, hostile_text, st.sampled_from(Role), st.booleans()), max_size=8)
    )
    events = draw(st.lists(st.builds(Event, MOMENTS, hostile_text, st.booleans()), max_size=12))
    outages = draw(st.lists(st.tuples(MOMENTS, MOMENTS).map(lambda both: (min(both), max(both))), max_size=3))
    return Drill(
        kind=draw(st.sampled_from(Kind)),
        how=draw(hostile_text),
        began=1000.0,
        ended=draw(st.floats(min_value=1000, max_value=1400, allow_nan=False)),
        outage_s=draw(SECONDS),
        bound_s=draw(st.floats(min_value=0, max_value=90, allow_nan=False)),
        acknowledged=draw(st.integers(0, 10**6)),
        lost=draw(st.integers(0, 10)),
        promoted=draw(hostile_text),
        agreed_s=draw(SECONDS),
        outages=tuple(outages),
        turns=tuple(sorted(turns, key=lambda turn: turn.at)),
        events=tuple(sorted(events, key=lambda event: event.at)),
        problems=tuple(draw(st.lists(hostile_text, max_size=2))),
    )


@given(drills())
def test_a_drill_is_drawn_whatever_it_tells_of(drill: Drill) -> None:
    assert Drill.from_json(json.loads(json.dumps(drill.to_json()))) == drill
    assert drill.held == (not drill.wrong)
    drawn = timeline(drill, "drill-1")
    for lane in drawn.lanes:
        assert all(
            before.ends == after.begins for before, after in zip(lane.spans, lane.spans[1:], strict=False)
        )
        assert not lane.spans or lane.spans[-1].ends == drawn.ends
    ElementTree.fromstring(svg(drawn))
    text = chart(drawn)
    assert text.isascii() or "\x1b" not in text
    assert (
        max(len(row.rpartition("  ")[2]) for row in text.splitlines() if row.startswith("writes"))
        <= COLUMNS + 1
    )
    assert drill_summary(drill)
