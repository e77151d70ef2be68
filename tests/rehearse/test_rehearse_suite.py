"""Suite: scenarios one after the other or beside each other, and what becomes of a run that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab import objects

from notheld import why
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.rehearse.bench.subject import Subject
from redismanifests.prove.rehearse.suite import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.prove.toycluster.event import Event

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("machine")]


class _Seen:
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.events: list[Event] = []

    def begin(self, subject: str, scenario: str) -> Callable[[Event], None]:
        self.begun.append(f"{subject} {scenario}")
        return self.events.append


def _plan(*scenarios: str, jobs: int) -> Plan:
    return Plan((Subject("lab", tuple(objects())),), scenarios, 2, 5.0, jobs=jobs)


def test_a_run_that_cannot_be_raises_where_the_answers_are_read() -> None:
    with pytest.raises(RedismanifestsError, match="no scenario is named aply"):
        list(_plan("aply", jobs=2).runs(_Seen().begin))


@pytest.mark.slow
def test_two_beside_each_other_both_answer() -> None:
    seen = _Seen()
    runs = list(_plan("apply", jobs=2).runs(seen.begin))
    assert seen.begun == ["lab apply", "lab apply"]
    assert sorted(run.number for run in runs) == [1, 2]
    assert all(run.result.held for run in runs), [why(run.result) for run in runs if not run.result.held]
    assert {event.subject for event in seen.events} >= {"redis-0", "redis-2", "redis-sentinel-1"}
