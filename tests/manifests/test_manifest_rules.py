"""Every rule over objects is its own documentation and test, and nothing that we render breaks one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from manifestexamples import fences

from deployment import COMMITTED, reviewed
from redismanifests.judge.objects.index import MANIFEST_RULES
from redismanifests.judge.objects.objects import Manifests

if TYPE_CHECKING:
    from pathlib import Path

    from manifestexamples import Documents

    from redismanifests.core.feature import Rule

each_rule = pytest.mark.parametrize("rule", MANIFEST_RULES, ids=lambda rule: f"{rule.code}-{rule.name}")


def _codes(documents: Documents) -> list[str]:
    objects = Manifests(documents)
    return [rule.code for rule in MANIFEST_RULES for _ in rule.findings(objects, None)]


@each_rule
def test_the_bad_example_yields_exactly_this_code(rule: Rule) -> None:
    assert set(_codes(fences(rule)["Bad"])) == {rule.code}


@each_rule
def test_the_good_example_yields_nothing(rule: Rule) -> None:
    assert _codes(fences(rule)["Good"]) == []


@each_rule
def test_the_text_says_where_it_is_known_from(rule: Rule) -> None:
    assert re.search(r"^Source: .+\.$", rule.text, re.MULTILINE)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_nothing_that_is_rendered_breaks_a_rule(path: Path) -> None:
    objects = Manifests(tuple(item.manifest for item in reviewed(path).rendering.objects))
    assert [finding for rule in MANIFEST_RULES for finding in rule.findings(objects, None)] == []
