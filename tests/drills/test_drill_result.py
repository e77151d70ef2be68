"""The result of a drill: what counts as held, and that JSON loses nothing of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from redismanifests.prove.result.drill import Drill, Event, Kind, Role, Turn

HELD = Drill(
    kind=Kind.FAILOVER,
    how="redis-0: SIGKILL to redis-server",
    began=1000.0,
    ended=1030.5,
    outage_s=6.81,
    bound_s=8.9,
    acknowledged=420,
    lost=0,
    promoted="redis-1",
    agreed_s=9.9,
    outages=((1000.2, 1007.01),),
    turns=(
        Turn(999.0, "redis-0", Role.MASTER),
        Turn(1000.1, "redis-0", Role.DOWN, ready=False),
        Turn(999.0, "redis-1", Role.REPLICA),
        Turn(1006.0, "redis-1", Role.MASTER),
    ),
    events=(Event(1000.0, "redis-0: SIGKILL", fault=True), Event(1006.0, "redis-1 is master")),
)


def test_a_drill_is_the_same_when_json_carried_it() -> None:
    assert Drill.from_json(json.loads(json.dumps(HELD.to_json()))) == HELD
    assert Drill.from_json({**HELD.to_json(), "held": True}) == HELD
    with pytest.raises(ValueError, match="kind"):
        Drill.from_json({})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outage_s": 9.0}, "no write was acknowledged for 9.00 s, and the limit is 8.9 s"),
        ({"outage_s": None}, "writes had not recovered when the drill was given up; the limit is 8.9 s"),
        ({"lost": 3}, "3 of 420 acknowledged writes are lost"),
        ({"lost": None}, "no one knows whether acknowledged writes are lost"),
        ({"agreed_s": None}, "the Sentinels and replicas did not agree on one master again"),
        ({"problems": ("redis-2 is not ready",)}, "redis-2 is not ready"),
    ],
)
def test_a_drill_holds_only_if_everything_went_as_promised(changed: dict[str, object], said: str) -> None:
    assert HELD.held
    assert HELD.wrong == ()
    drill = replace(HELD, **changed)  # type: ignore[arg-type]
    assert not drill.held
    assert drill.wrong == (said,)


def test_an_outage_as_long_as_the_bound_is_in_time() -> None:
    assert replace(HELD, outage_s=8.9).held


def test_a_requirement_may_leave_more_time_than_was_computed() -> None:
    slow = replace(HELD, outage_s=12.0)
    assert not slow.held
    assert slow.wrong_within(30.0) == ()
    assert slow.wrong_within(11.9) == ("no write was acknowledged for 12.00 s, and the limit is 11.9 s",)
