"""Each rule with one of its comparisons turned round says something else of its examples: the examples would notice.

The list of mutants is the list of this module's tests: ``pytest tests/features/test_mutants.py --collect-only -q``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from ruleexamples import ALL_RULES, documents, examples, said

from mutants import Mutant, functions, mutants
from redismanifests.profile.derived import configuration, owned, recovery, sizing
from redismanifests.profile.formulas import engine, votes
from redismanifests.profile.formulas.configuration import directive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.feature import Rule, SharedRule

FACTS = (configuration, directive, engine, owned, recovery, sizing, votes)

ALIKE: dict[str, str] = {
    "backlog_leaves_no_data:28: most.bytes > 0 -> most.bytes >= 0": "0 leaves what it has",
    "_chapter:3: match is not None -> match is None": "the templates are read once, and their keys kept",
    "_table:8: if version.endswith('?') -> not version.endswith('?')": "the table is read once, and kept",
}
"""Mutants that say the same as the original whatever stands in the profile, and why."""


def _rooms() -> dict[str, list[Rule | SharedRule]]:
    found: dict[str, list[Rule | SharedRule]] = {}
    for rule in ALL_RULES:
        found.setdefault(rule.check.__module__, []).append(rule)
    return found


def _judges() -> Iterator[tuple[Mutant, tuple[Rule | SharedRule, ...]]]:
    """Every mutant, and the rules whose examples must notice it."""
    for name, rules in _rooms().items():
        for rule in rules:
            yield from ((mutant, (rule,)) for mutant in mutants(rule.check))
        module = __import__(name, fromlist=["_"])
        called = set().union(*(rule.check.__code__.co_names for rule in rules))
        for function in functions(module):
            if function.__name__ in called:
                yield from ((mutant, tuple(rules)) for mutant in mutants(function))
    for module in FACTS:
        for function in functions(module):
            yield from ((mutant, ALL_RULES) for mutant in mutants(function))


MUTANTS = list(_judges())


@cache
def _original(rule: Rule | SharedRule, label: str) -> str:
    return said(rule, examples(rule)[label])


def _now(rule: Rule | SharedRule, label: str) -> str:
    try:
        return said(rule, examples(rule)[label])
    except Exception as error:
        return f"{type(error).__name__}: a rule never raises"


@pytest.mark.parametrize(
    ("mutant", "rules"), [pytest.param(m, rules, id=f"{rules[0].code}-{m}") for m, rules in MUTANTS]
)
def test_a_mutant_is_noticed(mutant: Mutant, rules: tuple[Rule | SharedRule, ...]) -> None:
    asked = [(rule, label, _original(rule, label)) for rule in rules for label in examples(rule)]
    with mutant.alive():
        noticed = any(_now(rule, label) != before for rule, label, before in asked)
    assert noticed != (str(mutant) in ALIKE), f"no example of {rules[0].code} notices {mutant}"


def test_there_is_a_mutant_of_each_rule() -> None:
    changed = {mutant.function.__name__ for mutant, _ in MUTANTS}
    assert {rule.check.__name__ for rule in ALL_RULES} <= changed


def test_a_mutant_is_gone_when_its_test_is_over() -> None:
    mutant, (rule, *_) = MUTANTS[0]
    before = said(rule, examples(rule)["Bad"])
    with mutant.alive():
        assert mutant.function.__code__ is mutant.code
    assert said(rule, examples(rule)["Bad"]) == before
    assert documents(examples(rule)["Bad"])
