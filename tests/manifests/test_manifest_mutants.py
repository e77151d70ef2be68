"""Each rule over objects with one of its comparisons turned round says something else of its examples.

The list of mutants is the list of this module's tests: add ``--collect-only -q``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from manifestexamples import edges, examples, said

from mutants import Mutant, functions, mutants
from redismanifests.judge.foreign import returning, voting, watching
from redismanifests.judge.objects import ending, failover, objects, order, overlay, probing, secret, upkeep
from redismanifests.judge.objects.index import MANIFEST_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from manifestexamples import Edge

    from redismanifests.core.feature import Fault, Rule

ROOMS = (ending, failover, order, overlay, probing, secret, upkeep, voting, watching, returning)

ALIKE: dict[str, str] = {
    "foreign:3: item.get('kind') in KINDS and (not is_ours(item)) -> item.get('kind') in KINDS or not"
    " is_ours(item)": "only saves time where all is ours",
}
"""Mutants that say the same as the original whatever the objects are, and why."""


def _judges() -> Iterator[tuple[Mutant, tuple[Rule, ...]]]:
    """Every mutant, and the rules whose examples must notice it."""
    for rule in MANIFEST_RULES:
        yield from ((mutant, (rule,)) for mutant in mutants(rule.check))
    for room in ROOMS:
        rules = tuple(rule for rule in MANIFEST_RULES if rule.check.__module__ == room.__name__)
        for function in functions(room):
            yield from ((mutant, rules) for mutant in mutants(function))
    for function in functions(objects):
        yield from ((mutant, MANIFEST_RULES) for mutant in mutants(function))


MUTANTS = list(_judges())


def _forget() -> None:
    """Empty what `once` remembers of a function before it was changed, or while it was."""
    for room in (objects, *ROOMS):
        for each in vars(room).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


@cache
def _original(rule: Rule, label: str) -> list[Fault]:
    _forget()
    return said(rule, examples(rule)[label])


def _notices(rule: Rule, label: str, before: list[Fault]) -> bool:
    _forget()
    try:
        return said(rule, examples(rule)[label]) != before
    except Exception:
        return True
    finally:
        _forget()


@pytest.mark.parametrize(
    ("mutant", "rules"), [pytest.param(m, rules, id=f"{rules[0].code}-{m}") for m, rules in MUTANTS]
)
def test_a_mutant_is_noticed(mutant: Mutant, rules: tuple[Rule, ...]) -> None:
    asked = [(rule, label, _original(rule, label)) for rule in rules for label in examples(rule)]
    with mutant.alive():
        noticed = any(_notices(*each) for each in asked)
    assert noticed != (str(mutant) in ALIKE), f"no example of {rules[0].code} notices {mutant}"


def test_there_is_a_mutant_of_each_rule() -> None:
    """Of its own, or of a function that does its looking."""
    changed = {(mutant.function.__module__, mutant.function.__name__) for mutant, _ in MUTANTS}
    for rule in MANIFEST_RULES:
        looking = (rule.check.__name__, *rule.check.__code__.co_names)
        assert any((rule.check.__module__, name) in changed for name in looking), rule.code


def test_every_mutant_that_is_alike_is_there() -> None:
    assert set(ALIKE) <= {str(mutant) for mutant, _ in MUTANTS}


@pytest.mark.parametrize("edge", edges(), ids=lambda edge: f"{edge.rule}-{edge.name}")
def test_a_rule_says_of_an_edge_what_is_written_there(edge: Edge) -> None:
    rule = next(rule for rule in MANIFEST_RULES if rule.code == edge.rule)
    assert [fault.fact for fault in said(rule, examples(rule)[edge.name])] == edge.facts
