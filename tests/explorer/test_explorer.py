"""Explorer: the real decision scripts in every order of faults: with all guards nothing, without one its fault.

The deep run: ``.venv/bin/pytest -m slow tests/explorer``, within EXPLORER_SECONDS (1200) for each search.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .model import Model
from .sabotage import SABOTAGES, Sabotage
from .scripts import Script, program
from .search import explore, played
from .state import FAULTS, Guards, condensed, first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEEP_S = float(os.environ.get("EXPLORER_SECONDS", "1200"))
DOCS = Path(__file__).resolve().parents[2] / "docs" / "explorer.md"
OPEN = "docs/explorer.md, Not finished"
OPERATIONS = ("form", "clock", "old-list")
"""Faults that are no fault with all guards in."""


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    yield made
    made.close()


def told(found: object) -> str:
    return str(found)


@pytest.mark.parametrize("fault", [*FAULTS, *OPERATIONS])
def test_one_fault_costs_nothing_and_all_is_whole_again(fault: str) -> None:
    # What is switched while all pods are away needs them to be away, a lost volume a pod that is.
    faults = {
        "form": ("power", "form"),
        "volume": ("crash", "volume"),
        "old-list": ("old-list", "delete"),
        "election": ("crash", "election"),
    }
    model = Model(faults=faults.get(fault, (fault,)))
    found = explore(model, 1, limit_s=120)
    model.close()
    assert found.trouble == "", told(found)
    assert found.finished
    assert found.states > 1


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.name)
def test_a_guard_that_is_taken_out_is_missed(sabotage: Sabotage) -> None:
    model = Model(sabotage.guards, sabotage.faults)
    found = explore(model, sabotage.budget, sabotage.prefix, limit_s=DEEP_S)
    model.close()
    assert sabotage.trouble in found.trouble, told(found)


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.name)
def test_with_the_guard_the_same_moves_do_no_harm(sabotage: Sabotage) -> None:
    """The shortest trace of each sabotage, as far as it can be gone with all guards in."""
    if "damage" in sabotage.faults and "unusable" not in program("redis-decide.sh", "REDIS_DECIDE"):
        pytest.skip("redis-decide.sh knows no volume that cannot be loaded yet")
    broken, sound = Model(sabotage.guards, sabotage.faults), Model(faults=sabotage.faults)
    found = explore(broken, sabotage.budget, sabotage.prefix, limit_s=DEEP_S)
    state = first()._replace(budget=sabotage.budget)
    for name in (*sabotage.prefix, *found.trace):
        after = dict(sound.moves(state))
        if name not in after:
            break
        state = after[name]
        assert state.trouble == ""
    for each in (broken, sound):
        each.close()


def test_a_sentinel_without_a_memory_does_not_believe_the_leader_of_a_failover(model: Model) -> None:
    """Found by the explorer: it kept the old master with the new epoch for good, and told it to others."""
    moves = ("power", "back 1", "sentinel back", "sentinel back", "sentinels start")
    then = (*(("wait 1", "time") * 4), "replica 1", "back 0", "master 0", "promoted 1")
    state = played(model, first()._replace(budget=2), (*moves, *then))
    after = played(model, state, ("sentinel volume lost", "sentinel back", "sentinels start"))
    newest = max(each.epoch for each in after.sentinels)
    assert not [s for s in after.sentinels if s.epoch == newest and s.master == 0 and not s.leads]


def test_sentinels_wait_where_an_empty_replica_would_be_promoted(model: Model) -> None:
    """Found by the explorer: an empty pod is back before anybody answers, the Sentinels are next, and promote it."""
    moves = ("power", "volume 1 lost", "back 1", "wait 1", "time", "replica 1")
    state = played(
        model, first()._replace(budget=2), (*moves, "sentinel back", "sentinel back", "sentinels start")
    )
    assert not any(each.state == "up" for each in state.sentinels)
    data = played(model, state, ("back 0",))
    assert not data.trouble


def test_states_that_differ_in_names_only_are_one(model: Model) -> None:
    state = first()._replace(budget=1)
    pods = tuple(pod._replace(data=3) for pod in state.pods)
    assert condensed(state._replace(pods=pods, acked=3)) == condensed(state)
    later = tuple(each._replace(epoch=7) for each in state.sentinels)
    armed = (state.pods[0]._replace(armed=7), *state.pods[1:])
    assert condensed(state._replace(sentinels=later, pods=armed)) == condensed(state)


def test_an_answer_of_a_script_is_the_same_whatever_was_asked_before() -> None:
    source = program("redis-decide.sh", "REDIS_DECIDE")
    one, other = Script(source), Script(source)
    model = Model()
    states = [after for _, after in model.moves(first()._replace(budget=1))]
    asked = [model.facts(state, number) for state in states for number in range(3)]
    assert [one.decide(each) for each in asked] == [other.decide(each) for each in reversed(asked)][::-1]
    for each in (one, other, model):
        each.close()


def test_an_edit_that_finds_nothing_is_no_sabotage() -> None:
    with pytest.raises(AssertionError, match="0 times"):
        program("redis-decide.sh", "REDIS_DECIDE", {"no such text": ""})


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.parametrize(
    ("faults", "budget"),
    [(FAULTS, 2), (("power", "volume", "form", "clock"), 3), (("crash", "old-list", "delete"), 3)],
    ids=("every two faults", "volumes", "member lists"),
)
def test_several_faults_in_every_order_lead_to_what_is_open(faults: Sequence[str], budget: int) -> None:
    model = Model(Guards(), tuple(faults))
    found = explore(model, budget, limit_s=DEEP_S)
    model.close()
    print(found, model.redis.asked, model.sentinel.asked, told(found))
    assert found.trouble, f"nothing is found any more: expect that, and mend {OPEN}"


def test_the_guards_of_the_docs_are_those_that_are_taken_out() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for sabotage in SABOTAGES:
        assert f"| {sabotage.name} |" in text, sabotage.name
