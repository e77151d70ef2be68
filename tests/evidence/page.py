"""Page: which rule was seen to be true, and where: docs/evidence.md.

A test says so itself, by the mark ``shows``; a measurement is named in the rule's own text, with its section in
docs/design.md. What has neither is known from its sources only, and the page says that too.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.judge.rules import RULES, SHARED_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.feature import Rule, SharedRule

TOP = Path(__file__).parents[2]
DESIGN = "docs/design.md"

NO_BEHAVIOUR = {
    "RM016": "two names that are the same",
    "RM017": "two names that are the same",
    "RM030": "what the API server refuses",
    "RM041": "DNS' own bound",
    "RM042": "how Kubernetes names Services",
    "RM059": "a size that no file system has",
    "RM060": "what the API server refuses",
    "RM061": "what the API server refuses",
    "RM062": "what the API server refuses",
    "RM063": "a count of places",
    "RM071": "what a reference says",
    "RM072": "what a reference says",
    "RM073": "what a reference says",
    "RM074": "what a reference says",
    "RM075": "which versions an exporter was made for",
    "RM076": "where images are kept",
    "RM077": "which programs an image has",
    "RM078": "where images are kept",
    "RM081": "what stands in a file",
    "RM160": "what the API server refuses",
    "RM212": "what its makers publish",
    "RM214": "what our tables lack",
    "RM176": "what cert-manager refuses",
    "RM180": "a section without effect",
    "RM187": "a requirement that names no proof",
    "RM189": "two names that are the same",
}
"""Rules that say nothing of how Redis, Sentinel or Kubernetes behave, and what they speak of instead."""


def shown() -> dict[str, list[str]]:
    """Tests by the code that they show, as ``tests/evidence/test_votes.py::test_...``."""
    found: dict[str, list[str]] = {}
    for file in sorted((TOP / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "mark.shows(" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                for code in _codes(node):
                    found.setdefault(code, []).append(f"{file.relative_to(TOP).as_posix()}::{node.name}")
    return found


def _codes(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.shows":
            yield from (ast.literal_eval(argument) for argument in mark.args)


def measured(rule: Rule | SharedRule) -> list[str]:
    """Sections of docs/design.md that the rule's sources name."""
    return re.findall(rf"{DESIGN},\s+([A-Z][A-Za-z' ]+?)\s*[);]", rule.text.replace("\n", " "))


def page(note: str) -> str:
    """The table rule -> evidence, and what is missing."""
    tests = shown()
    rows, bare = [], []
    rules = sorted((*RULES, *SHARED_RULES), key=lambda rule: rule.code)
    for rule in rules:
        links = [f"[{_title(test)}](../{test.partition('::')[0]})" for test in tests.get(rule.code, ())]
        links += [f"measured: [{name}](design.md#{_anchor(name)})" for name in measured(rule)]
        if not links and rule.code in NO_BEHAVIOUR:
            links = [f"speaks of no behaviour: {NO_BEHAVIOUR[rule.code]}"]
        if not links:
            bare.append(rule.code)
            links = ["**none**: known from its sources only"]
        rows.append(f"| [{rule.code}](findings/{rule.code}.md) {rule.name} | {'; '.join(links)} |\n")
    head = (
        f"# Evidence\n\n{note}\nWhat a rule says of behaviour was seen of Redis, Sentinel or Kubernetes themselves: "
        "by a test that anybody can run (`pytest tests/evidence`; with `-m slow` those that wait for elections), or "
        "by a measurement that is written down in [design](design.md).\n\n"
        f"{len(rules)} rules over profiles, {len(bare)} of them without evidence of our own.\n\n"
        "| rule | seen |\n|---|---|\n"
    )
    return head + "".join(rows)


def _title(test: str) -> str:
    return test.partition("::test_")[2].replace("_", " ")


def _anchor(section: str) -> str:
    return section.lower().replace(" ", "-").replace("'", "")
