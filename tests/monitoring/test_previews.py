"""Previews: dashboards with data as pictures: every panel is drawn, within its frame, and the report has the files."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from monitoring.promtool import EVERYTHING, profile
from redismanifests.present import boards
from redismanifests.present.boards.words import amount, colour, shown
from redismanifests.present.rehearsal.files import report_files
from redismanifests.prove.rehearse.alerts.order import order
from redismanifests.prove.rehearse.alerts.shown import Line, Looks, Panel, Shown
from redismanifests.prove.rehearse.bench.subject import Subject
from redismanifests.prove.rehearse.result import Result
from redismanifests.prove.rehearse.suite import Plan, Run

if TYPE_CHECKING:
    from collections.abc import Callable

DASHBOARDS = EVERYTHING.replace(
    "{enabled: true}", "{enabled: true, dashboards: {enabled: true, fleet: true}}"
)
PLACES = order(profile(DASHBOARDS), "quiet").boards
LABELS = {"pod": "redis-0", "namespace": "shop", "deployment": "redis", "err": "\x1b[2J<OOM>"}
BEGAN = 1000.0


def _shown(board: str, value: Callable[[int], float | None], many: int = 3) -> Shown:
    """Every query returns as many series, of 30 samples."""
    points = tuple((BEGAN + 2 * at, found) for at in range(30) if (found := value(at)) is not None)
    line = Line(LABELS, points)
    lines = tuple(replace(line, labels={**LABELS, "pod": f"redis-{number}"}) for number in range(many))
    return Shown(board, tuple(Panel(place, (lines,) * len(place.questions)) for place in PLACES[board]))


VALUES: dict[str, Callable[[int], float | None]] = {
    "steady": lambda _: 1.0,
    "changing": lambda at: float(at % 3 - 1),
    "large": lambda at: 1e12 * at,
    "below zero": lambda at: -5.0 * at,
    "no numbers": lambda at: math.nan if at % 2 else math.inf,
    "with a gap": lambda at: None if 8 < at < 20 else 1.0,
    "only at first": lambda at: 1.0 if at < 5 else None,
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("board", PLACES)
@pytest.mark.parametrize("what", VALUES)
def test_every_panel_is_drawn_within_its_frame(board: str, what: str) -> None:
    text = boards.svg(_shown(board, VALUES[what], many=20 if what == "large" else 3), board, BEGAN + 20)
    assert text == boards.svg(
        _shown(board, VALUES[what], many=20 if what == "large" else 3), board, BEGAN + 20
    )
    assert "\x1b" not in text
    root = ElementTree.fromstring(text)
    titles = [each.text for each in root if each.get("class") in ("title", "row")]
    assert titles == [place.title for place in PLACES[board]]
    frame = None
    for each in root:
        if each.get("class") == "frame":
            left, top = float(each.get("x", 0)), float(each.get("y", 0))
            frame = left, top, left + float(each.get("width", 0)), top + float(each.get("height", 0))
        elif frame and each.get("class") != "row":
            x = float(each.get("x") or each.get("x1") or frame[0])
            y = float(each.get("y") or each.get("y1") or frame[1])
            right = x + float(each.get("width") or 0)
            assert frame[0] <= x <= right <= frame[2] + 0.1, each.attrib
            assert frame[1] <= y <= frame[3] + 0.1, each.attrib
    empty = sum((each.text or "").startswith("no data") for each in root)
    panels = sum(place.kind != "row" for place in PLACES[board])
    assert empty == (panels if what == "nothing" else empty)
    assert what in ("nothing", "only at first") or not empty


def _run(result: Result) -> Run:
    return Run("shop", 1, "nothing is done", result)


def test_a_report_has_a_picture_of_each_dashboard_and_names_it() -> None:
    seen = tuple(_shown(board, VALUES["changing"]) for board in PLACES)
    subject = Subject("shop", (), profile=profile(DASHBOARDS))
    plan = Plan((subject,), ("quiet",), 1, 30.0, alerts=True)
    record = replace(plan.record(), runs=(_run(Result("quiet", (), (), (), boards=seen)),))
    files = report_files(record)
    for board in ("redis-dashboard", "redis-fleet-dashboard"):
        name = f"quiet.{board}.svg"
        ElementTree.fromstring(files[name])
        assert name in files["index.html"].decode()
        assert f"({name})" in files["report.md"].decode()
    without = report_files(replace(record, runs=(_run(Result("quiet", (), (), ())),)))
    assert not [name for name in without if "dashboard" in name]


@pytest.mark.parametrize(
    ("value", "unit", "wanted"),
    [
        (0.123, "percentunit", "12.3%"),
        (1536, "bytes", "1.5 KiB"),
        (3 << 30, "bytes", "3 GiB"),
        (12, "bytes", "12 B"),
        (6.6, "s", "6.6 s"),
        (0.25, "ops", "0.25/s"),
        (math.nan, "s", "no number"),
    ],
)
def test_values_have_their_units(value: float, unit: str, wanted: str) -> None:
    assert amount(value, unit) == wanted


def test_a_state_has_its_text_and_a_step_its_colour() -> None:
    states = Looks("short", ((1, "yes", "green"), (0, "no", "red")), ())
    assert (shown(1.0, states), colour(0.0, states)) == ("yes", "red")
    steps = Looks("short", (), ((0, "red"), (1, "green"), (2, "red")))
    assert [colour(value, steps) for value in (-1, 0, 1.5, 2)] == ["text", "red", "green", "red"]
