"""Two reports of rehearsals: what holds no longer, what holds again, and measures that are far from what they were."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from reading import HOSTILE
from recording import both, later, read, record, recorded

from commandline import redismanifests
from redismanifests.present.documents.comparison.rehearsals import rehearsals_compared
from redismanifests.present.documents.rehearsal import rehearsal
from redismanifests.present.writers import written
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.suite import Record, Run
from redismanifests.prove.result.comparison import Direction
from redismanifests.prove.result.rehearsed import rehearsal_comparison

if TYPE_CHECKING:
    from pathlib import Path


def run(*measures: Measure, number: int = 1, subject: str = "shop") -> Run:
    return Run(subject, number, "about", replace(recorded("held"), measures=measures))


def moved(old: Record, new: Record) -> list[str]:
    found = rehearsal_comparison(read(old), read(new)).moved
    return [str((each.after or each.before or pytest.fail()).name) for each in found]


def text_of(old: Record, new: Record) -> str:
    return written(rehearsals_compared(rehearsal_comparison(read(old), read(new))), "text")


def test_the_same_twice_is_no_difference() -> None:
    found = rehearsal_comparison(read(both()), read(both()))
    assert (found.worse, found.changes, found.moved, found.same) == (False, (), (), 2)
    assert text_of(both(), both()).startswith("nothing got worse\n")


def test_the_exit_code_and_every_format_say_what_got_worse(tmp_path: Path) -> None:
    files = {"old": both(), "new": later()}
    for name, each in files.items():
        (tmp_path / name).write_text(written(rehearsal(each), "json"), encoding="utf-8")
    done = redismanifests("report", "diff", "old", "new", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, text_of(both(), later()))
    assert done.stdout.startswith("1 scenario no longer holds\n")
    assert redismanifests("report", "diff", "new", "old", cwd=tmp_path).returncode == 1, (
        "the other one is new and failed"
    )
    assert redismanifests("report", "diff", "old", "old", cwd=tmp_path).returncode == 0
    machine = json.loads(
        redismanifests("report", "diff", "--format", "json", "old", "new", cwd=tmp_path).stdout
    )
    assert machine["worse"]
    assert [(each["direction"], each["before"], each["after"]) for each in machine["changes"]] == [
        ("worse", "held", "failed"),
        ("gone", "failed", None),
        ("new", None, "held"),
    ]
    (outage,) = machine["figures"]
    assert (outage["name"], outage["before"], outage["after"], outage["limit"]) == (
        "outage",
        6.2967,
        9.4123,
        8.9,
    )


def test_two_reports_of_two_kinds_are_not_compared(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(written(rehearsal(both()), "json"), encoding="utf-8")
    (tmp_path / "b").write_text('{"tool": "redismanifests verification"}', encoding="utf-8")
    for names in (("a", "b"), ("b", "a")):
        done = redismanifests("report", "diff", *names, cwd=tmp_path)
        assert (done.returncode, "give two of one kind" in done.stderr) == (2, True)
    (tmp_path / "a").write_text('{"runs": [{}]}', encoding="utf-8")
    done = redismanifests("report", "diff", "a", "a", cwd=tmp_path)
    assert (done.returncode, "cannot read" in done.stderr, "rehearse --report" in done.stderr) == (
        2,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (Measure("outage", 6.0, "s", 9.0), Measure("outage", 6.4, "s", 9.0), False),
        (Measure("outage", 6.0, "s", 9.0), Measure("outage", 6.7, "s", 9.0), True),
        (Measure("outage", 60.0, "s"), Measure("outage", 65.0, "s"), False),
        (Measure("outage", 8.9, "s", 9.0), Measure("outage", 9.1, "s", 9.0), True),
        (Measure("outage", 6.0, "s", 9.0), Measure("outage", float("inf"), "s", 9.0), True),
        (Measure("outage", float("inf"), "s"), Measure("outage", float("inf"), "s"), False),
        (Measure("lost acknowledged writes", 0, ""), Measure("lost acknowledged writes", 1, ""), True),
        (Measure("acknowledged writes", 1000, ""), Measure("acknowledged writes", 1050, ""), False),
        (Measure("busiest process", 1.0, "%"), Measure("busiest process", 1.9, "%"), False),
        (Measure("busiest process", 1.0, "%"), Measure("busiest process", 3.0, "%"), True),
        (Measure("stale reads, of a", 1, ""), Measure("stale reads, of b", 1, ""), False),
        (Measure("outage", 1.0, "s"), Measure("stale reads", 0, ""), True),
    ],
)
def test_a_measure_is_shown_where_it_changed_by_more_than_a_little(
    before: Measure, after: Measure, shown: bool
) -> None:
    assert bool(moved(record(run(before)), record(run(after)))) == shown


def test_repeats_are_one_scenario_that_holds_if_each_run_did() -> None:
    good, bad = Measure("outage", 5.0, "s", 6.0), Measure("outage", 7.5, "s", 6.0)
    old, new = record(run(good), run(good, number=2)), record(run(good), run(bad, number=2))
    found = rehearsal_comparison(read(old), read(new))
    assert [change.direction for change in found.changes] == [Direction.WORSE]
    assert [change.direction for change in rehearsal_comparison(read(new), read(old)).changes] == [
        Direction.BETTER
    ]
    assert "outage 7.50 s exceeds 6 s" in text_of(old, new)
    assert "better  shop, master-killed: failed, now held\n        outage 7.50 s" in text_of(new, old)


def test_a_scenario_is_compared_within_its_subject() -> None:
    good = Measure("outage", 5.0, "s", 6.0)
    found = rehearsal_comparison(read(record(run(good))), read(record(run(good, subject="other"))))
    assert [change.direction for change in found.changes] == [Direction.GONE, Direction.NEW]
    assert not found.worse


def test_circumstances_that_differ_are_named() -> None:
    other = replace(both(), machine="another machine", began=0.0, planned=5)
    text = text_of(both(), other)
    for said in ("two machines", "older than the old one", "3 not run"):
        assert said in text
    assert "no run on a machine" in text_of(replace(both(), runs=()), both())


def test_no_text_of_a_report_steers_a_terminal() -> None:
    hostile = Run(HOSTILE, 1, HOSTILE, replace(recorded("failed"), problems=(HOSTILE,), scenario=HOSTILE))
    for pair in ((both(), record(hostile)), (record(hostile), both())):
        assert "\x1b" not in text_of(*pair)
