"""An object without one of its parts, or with an empty one, is refused or judged: no rule reads what is not there."""

from __future__ import annotations

import copy
import os
from typing import Any

import pytest

from deployment import TOP
from everyplace import every_place
from redismanifests.judge import final
from redismanifests.judge.review import review

PLACED = [
    placed
    for name, content in review(TOP / "profiles" / "production.yaml").rendering.files.items()
    if name.endswith(".yaml") and name != "kustomization.yaml"
    for placed in final.read(name, content.decode())
]
EVERY = 1 if os.environ.get("EXAMPLES") == "all" else 13
"""One place of so many: all of them take two minutes."""


PLACES = [
    (number, place)
    for number, placed in enumerate(PLACED)
    for place in every_place(placed.manifest)
    if place[0] not in ("apiVersion", "kind", "data") and place not in (("metadata", "name"), ("metadata",))
]


@pytest.mark.parametrize("instead", [None, {}, [], ""], ids=["missing", "table", "list", "text"])
def test_whatever_part_is_missing_or_empty_the_rest_is_judged(instead: Any) -> None:
    assert len(PLACES) > 1000
    for number, place in PLACES[::EVERY]:
        manifest = copy.deepcopy(PLACED[number].manifest)
        inner: Any = manifest
        for step in place[:-1]:
            inner = inner[step]
        if instead is None:
            del inner[place[-1]]
        else:
            inner[place[-1]] = instead
        objects = [*PLACED[:number], PLACED[number]._replace(manifest=manifest), *PLACED[number + 1 :]]
        try:
            final.judgement(objects, "1.32")
        except Exception as error:
            raise AssertionError(f"{manifest['kind']} {place} {instead!r}") from error
