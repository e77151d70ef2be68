"""Examples of each rule over objects: the Bad and Good of its text and those of edges.yaml, with what it finds."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml12 import parse_yaml

from redismanifests.judge.objects.objects import Manifests, lines

if TYPE_CHECKING:
    from redismanifests.core.feature import Fault, Rule

EDGES = Path(__file__).parent / "edges.yaml"
_FENCE = re.compile(r"^(Bad|Good):\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Documents = tuple[dict[str, Any], ...]


class Edge(NamedTuple):
    """An example that differs from the Bad or Good one of its rule in what its name says."""

    rule: str
    name: str
    of: str
    put: dict[str | int, object]
    facts: list[str]


def fences(rule: Rule) -> dict[str, Documents]:
    """The Bad and the Good example, in this order and no others."""
    found = _FENCE.findall(rule.text)
    assert [word for word, _ in found] == ["Bad", "Good"], rule.code
    return {word: tuple(parse_yaml(text, multi=True)) for word, text in found}


@cache
def edges() -> tuple[Edge, ...]:
    """All further examples, as they are written."""
    return tuple(
        Edge(code, each["name"], each["of"], each["put"], each["facts"])
        for code, written in parse_yaml(EDGES.read_text(encoding="utf-8")).items()
        for each in written
    )


@cache
def examples(rule: Rule) -> dict[str, Documents]:
    """Every example of a rule by a label."""
    written = fences(rule)
    further = {edge.name: _put(written[edge.of], edge.put) for edge in edges() if edge.rule == rule.code}
    return {**written, **further}


def said(rule: Rule, documents: Documents) -> list[Fault]:
    """What the rule finds in an example."""
    lines.cache_clear()
    return list(rule.check(Manifests(documents)))


def _put(documents: Documents, put: dict[str | int, object]) -> Documents:
    """A copy with other values; a path begins at a document or at the last StatefulSet, its pod or container."""
    changed: list[dict[str, Any]] = deepcopy(list(documents))
    last = max((n for n, item in enumerate(changed) if item["kind"] == "StatefulSet"), default=0)
    pod = [str(last), "spec", "template", "spec"]
    begins = {"set": [str(last)], "pod": pod, "container": [*pod, "containers", "0"]}
    for path, value in put.items():
        first, *rest = str(path).split("/")
        _set(changed, [*begins.get(first, [first]), *rest], value)
    return tuple(changed)


def _set(place: Any, steps: list[str], value: object) -> None:
    """Null takes a key away; the number after the last of a list adds to it."""
    for step in steps[:-1]:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    if isinstance(place, list):
        place[int(steps[-1]) : int(steps[-1]) + 1] = [value]
    elif value is None:
        del place[steps[-1]]
    else:
        place[steps[-1]] = value
