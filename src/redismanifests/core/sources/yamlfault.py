"""YAML fault: what is wrong with a text that is no YAML, in words of who wrote it, and where to look.

libyaml's messages are about tokens and contexts, and often mark the line below the mistake. Each case here is common:
indentation, a missing colon, a quote that is not closed, a line of a template. Out of scope: reading YAML.
"""

from __future__ import annotations

import re
from typing import Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern

NO_TEMPLATE = "profiles are no templates: write the value, and a profile for each environment"
"""What to do about a variable; a deployment's own settings follow from few of its values."""

_TEMPLATE = pattern(r"\{\{|\{%|^\s*#\{")
_MARKED = pattern(r"([%@])\w+\1")
"""As Windows and Ant write a variable; other values that begin so are no YAML either."""


class Fault(NamedTuple):
    """What is wrong, what to do, and the place, from 1."""

    fact: str
    fix: str
    line: int
    column: int


def fault(error: Any, text: str) -> Fault:
    """The fault in ``text`` for libyaml's ``error``."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # a character that YAML does not allow
        position = getattr(error, "position", 0)
        before = text[:position]
        character = text[position : position + 1]
        fact = f"character U+{ord(character):04X} is not allowed in YAML" if character else str(error)
        return Fault(fact, "remove it", before.count("\n") + 1, position - before.rfind("\n"))
    lines = text.splitlines()
    problem = getattr(error, "problem", None) or "this is not YAML"
    context = getattr(error, "context", None) or ""
    line, column = mark.line + 1, mark.column + 1
    here = lines[mark.line] if mark.line < len(lines) else ""
    return (
        _tab(here, line, column)
        or _template(lines, line, column)
        or _known(problem, context, lines, getattr(error, "context_mark", None), Fault("", "", line, column))
        or Fault(f"{problem} {context}".rstrip(), "correct the YAML here or just above", line, column)
    )


def _tab(here: str, line: int, column: int) -> Fault | None:
    if "\t" in here[:column]:
        return Fault("a tab indents this line", "indent with spaces", line, column)
    return None


def _template(lines: list[str], line: int, column: int) -> Fault | None:
    """A line of a template, at the mark or above: libyaml often notices it one line later."""
    here = lines[line - 1] if line <= len(lines) else ""
    if match := _MARKED.match(here, column - 1):
        return Fault(f"{match[0]!r} is a variable of a template", NO_TEMPLATE, line, column)
    for number in (line, line - 1):
        above = lines[number - 1] if 0 < number <= len(lines) else ""
        if match := _TEMPLATE.search(above):
            return Fault(
                f"{match[0].strip()!r} begins a part of a template", NO_TEMPLATE, number, match.start() + 1
            )
    return None


def _known(  # noqa: PLR0911 (a table)
    problem: str, context: str, lines: list[str], began: Any, at: Fault
) -> Fault | None:
    here = lines[at.line - 1] if at.line <= len(lines) else ""
    if problem == "found unexpected ':'":
        # YAML 1.2 takes it, libyaml does not: {image: redis:7.0.15}
        return at._replace(
            fact="between { } or [ ], a value with a colon in it needs quotes",
            fix="put the value in quotes",
        )
    if "cannot start any token" in problem:
        character = here[at.column - 1 : at.column]
        return at._replace(fact=f"no value begins with {character}", fix="put the value in quotes")
    if "mapping values are not allowed" in problem:
        if re.search(r"\S:\s", here[: at.column - 1].split("#")[0]):
            return at._replace(fact="a value with ': ' in it needs quotes", fix="put the value in quotes")
        return _indented(lines, at)
    if "could not find expected ':'" in problem and began is not None:
        return Fault(
            "the ':' after this key is missing", "write key: value", began.line + 1, began.column + 1
        )
    if problem == "did not find expected key" and "block mapping" in context:
        return _indented(lines, at)
    if "quoted scalar" in context and began is not None:
        return Fault("this quote is not closed", 'close it: key: "value"', began.line + 1, began.column + 1)
    if "flow" in context and began is not None:
        what = "}" if "mapping" in context else "]"
        return at._replace(
            fact=f"a comma or {what} is missing before this; the bracket opens on line {began.line + 1}",
            fix=f"write the comma, or close it with {what}",
        )
    return None


def _indented(lines: list[str], at: Fault) -> Fault | None:
    """The line is indented in another way than those around it."""
    above = next(
        (each for each in reversed(lines[: at.line - 1]) if each.strip() and each.strip()[0] != "#"), ""
    )
    own, other = (
        len(each) - len(each.lstrip(" ")) for each in [*(lines[at.line - 1 : at.line] or [""])[:1], above]
    )
    if own == other:
        return None
    return Fault(
        f"this line is indented by {own}, the one above by {other}, and they do not fit together",
        "indent the settings of one section alike",
        at.line,
        own + 1,
    )
