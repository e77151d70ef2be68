"""Examples of each rule: the Bad and Good of its text, and more for its edges, with what the rule says of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Rule
from redismanifests.core.sources.source import Source, source_from_text
from redismanifests.judge.rules import RULES, SHARED_RULES
from redismanifests.profile.derived.members import neighbour
from redismanifests.profile.form import profile_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core import findings
    from redismanifests.core.feature import SharedRule

EDGES = Path(__file__).parent / "edges.txt"
CODES = Path(__file__).parent / "codes.txt"
SAID = Path(__file__).parent / "said.txt"
ALL_RULES: tuple[Rule | SharedRule, ...] = tuple(sorted((*RULES, *SHARED_RULES), key=lambda rule: rule.code))

_FENCE = re.compile(r"^(Bad|Good):\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BETWEEN = re.compile(r"^---\n", re.MULTILINE)


def fences(rule: Rule | SharedRule) -> dict[str, str]:
    """The Bad and the Good example, in this order and no others."""
    found = _FENCE.findall(rule.text)
    assert [word for word, _ in found] == ["Bad", "Good"], rule.code
    return dict(found)


@cache
def _edges() -> dict[str, tuple[str, ...]]:
    """Further examples by code: what stands below name and namespace, several profiles apart by ` --- `."""
    found: dict[str, list[str]] = {}
    for line in EDGES.read_text(encoding="utf-8").splitlines():
        if line.startswith("RM"):
            found[code := line] = []
        elif line.startswith("- "):
            found[code].append(line[2:])
    return {code: tuple(lines) for code, lines in found.items()}


@cache
def examples(rule: Rule | SharedRule) -> dict[str, str]:
    """Every example of a rule by a label: a document, or several."""
    edges = {
        line: "---\n".join(_whole(part) for part in line.split(" --- "))
        for line in _edges().get(rule.code, ())
    }
    return {**fences(rule), **edges}


def _whole(edge: str) -> str:
    named = "" if edge.startswith("name: ") else "name: redis\nnamespace: shop\n"
    return named + edge.replace(" ; ", "\n") + "\n"


def documents(example: str) -> list[Source]:
    """The profiles of an example."""
    return [source_from_text("profile.yaml", text) for text in _BETWEEN.split(example)]


def faults(rule: Rule | SharedRule, example: str) -> Iterator[tuple[int, Fault]]:
    """What the rule finds in an example, with the number of the profile."""
    profiles = [profile_from(source) for source in documents(example)]
    if isinstance(rule, Rule):
        for number, profile in enumerate(profiles):
            yield from ((number, fault) for fault in rule.check(profile))
    else:
        yield from rule.check([neighbour(profile) for profile in profiles])


def said(rule: Rule | SharedRule, example: str) -> str:
    """What the rule finds, as lines."""
    return "".join(_lines(number, fault) for number, fault in faults(rule, example))


def _lines(number: int, fault: Fault) -> str:
    change = f"    --fix: {_dotted(fault.change.path)} = {fault.change.value}\n" if fault.change else ""
    return f"  {number} {_dotted(fault.path)}\n    {fault.fact}\n    {fault.fix}\n{change}"


def _dotted(path: findings.Path) -> str:
    return ".".join(str(step) for step in path)


def all_said() -> str:
    """What all rules say of all their examples."""
    return "".join(
        f"{rule.code} {label}\n{said(rule, example)}"
        for rule in ALL_RULES
        for label, example in examples(rule).items()
    )
