"""Two verifications beside each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from seen import changed, outcome, seen

from redismanifests.prove.checks.probe import Status
from redismanifests.prove.result.comparison import Direction, comparison

FAILED, PASSED, UNKNOWN = Status.FAILED, Status.PASSED, Status.NOT_VERIFIED


@pytest.mark.parametrize(
    ("before", "after", "direction", "worse"),
    [
        (PASSED, FAILED, Direction.WORSE, True),
        (PASSED, UNKNOWN, Direction.WORSE, True),
        (UNKNOWN, FAILED, Direction.WORSE, True),
        (FAILED, UNKNOWN, Direction.BETTER, False),
        (UNKNOWN, PASSED, Direction.BETTER, False),
        (FAILED, PASSED, Direction.BETTER, False),
        (None, FAILED, Direction.NEW, True),
        (None, UNKNOWN, Direction.NEW, False),
        (PASSED, None, Direction.GONE, False),
    ],
)
def test_a_check_gets_better_or_worse(
    before: Status | None, after: Status | None, direction: Direction, worse: bool
) -> None:
    old, new = (
        changed(seen(), *([outcome("PB190", status, "a fact")] if status else []))
        for status in (before, after)
    )
    found = comparison(old, new)
    (change,) = found.changes
    assert (change.direction, change.subject, change.facts) == (direction, "PB190 a-probe", ("a fact",))
    assert (change.worse, found.worse) == (worse, worse)
    assert found.of(direction) == (change,)
    assert found.moved == ()


def test_nothing_is_different_from_itself() -> None:
    found = comparison(seen(), seen())
    assert (found.changes, found.moved, found.worse) == ((), (), False)
    assert found.same == len(seen().outcomes) + len(seen().requirements) + 2


def test_a_drill_that_was_not_run_again_takes_its_requirements_with_it() -> None:
    found = comparison(seen(), replace(seen(), drills=seen().drills[:1]))
    assert {(each.direction, each.subject) for each in found.changes} == {
        (Direction.GONE, "drill rolling-restart"),
        (Direction.WORSE, "requirement 23.31"),
        (Direction.WORSE, "requirement 29"),
    }
    assert [each.name for each in found.moved if each.after is None] == [
        "outage of drill rolling-restart",
        "agreed again after drill rolling-restart",
        "writes lost in drill rolling-restart",
    ]


def test_figures_that_changed_are_told_and_not_judged() -> None:
    first, *others = seen().drills
    found = comparison(seen(), replace(seen(), drills=(replace(first, outage_s=7.5), *others)))
    (moved,) = found.moved
    assert (moved.name, str(moved.before), str(moved.after)) == (
        "outage of drill failover",
        "6.30 s",
        "7.50 s",
    )
    assert not found.worse


def test_one_failed_drill_among_several_of_a_kind_counts() -> None:
    first, *others = seen().drills
    found = comparison(seen(), replace(seen(), drills=(first, replace(first, lost=2), *others)))
    assert found.worse
    assert "drill failover" in {each.subject for each in found.of(Direction.WORSE)}
