"""Comparison: what is different between two verifications, for a terminal, a merge request or a script.

What must not come in: printing, what counts as worse.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redismanifests.core.source import printable
from redismanifests.report.markdown import escaped
from redismanifests.report.text import painted
from redismanifests.report.verification.markdown import strong, table
from redismanifests.report.verification.words import stamp
from redismanifests.verification.comparison import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.verification import Verification
    from redismanifests.verification.comparison import Change, Comparison, Moved
    from redismanifests.verification.figure import Figure

_COLOURS = {Direction.WORSE: "31;1", Direction.BETTER: "32", Direction.NEW: "36", Direction.GONE: "33"}


def comparison_text(comparison: Comparison, *, colour: bool = False) -> str:
    """What got worse first, the figures last."""
    lines = [*_heads(comparison), ""]
    for direction in Direction:
        for change in comparison.of(direction):
            word = painted(f"{direction:<6}", _COLOURS[direction], colour)
            lines.append(f"{word}  {printable(change.subject)}: {_turn(change)}")
            lines += [f"        {printable(fact)}" for fact in change.facts]
    for moved in comparison.moved:
        lines.append(f"figure  {printable(moved.name)}: {_from_to(moved)}")
    lines.append(f"{_count(comparison)}")
    return "\n".join(lines) + "\n"


def comparison_markdown(comparison: Comparison) -> str:
    """The same as tables."""
    lines = [f"### redismanifests report diff: {_count(comparison)}", ""]
    lines += [f"- {escaped(head)}" for head in _heads(comparison)] + [""]
    if comparison.changes:
        lines += table(
            ("", "what", "before", "after", "because"),
            (
                (
                    f"**{direction}**" if change.worse else str(direction),
                    escaped(change.subject),
                    strong(str(change.before or "")),
                    strong(str(change.after or "")),
                    escaped("; ".join(change.facts)),
                )
                for direction in Direction
                for change in comparison.of(direction)
            ),
        )
    if comparison.moved:
        lines += table(
            ("figure", "before", "after"),
            ((escaped(m.name), _shown(m.before), _shown(m.after)) for m in comparison.moved),
        )
    return "\n".join(lines).rstrip() + "\n"


def comparison_json(comparison: Comparison) -> str:
    """One document."""
    document: dict[str, Any] = {
        "worse": comparison.worse,
        "old": _which(comparison.old),
        "new": _which(comparison.new),
        "changes": [
            {
                "direction": change.direction,
                "subject": change.subject,
                "before": change.before,
                "after": change.after,
                "facts": list(change.facts),
            }
            for change in comparison.changes
        ],
        "figures": [
            {
                "name": moved.name,
                "unit": next(each.unit for each in (moved.before, moved.after) if each),
                "before": moved.before.value if moved.before else None,
                "after": moved.after.value if moved.after else None,
            }
            for moved in comparison.moved
        ],
        "same": comparison.same,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _which(verification: Verification) -> dict[str, str]:
    return {
        "when": stamp(verification.at),
        "deployment": verification.deployment,
        "namespace": verification.subject.namespace,
        "profile": verification.profile,
        "digest": verification.digest,
        "version": verification.version,
    }


def _heads(comparison: Comparison) -> Iterator[str]:
    old, new = comparison.old, comparison.new
    for word, each in (("old", old), ("new", new)):
        where = f"{each.deployment} in {each.subject.namespace}, {each.subject.kind} {each.subject.name}"
        yield printable(f"{word}: {where}, {stamp(each.at)}, {', '.join(each.engines) or 'no server'}")
    if old.digest != new.digest:
        yield "the profile is not the same text"
    if (old.deployment, old.subject.namespace) != (new.deployment, new.subject.namespace):
        yield "these are two deployments"
    if old.subject.kind is not new.subject.kind:
        yield "they were not looked at in the same way"
    if new.at < old.at:
        yield "the new one is older than the old one"


def _count(comparison: Comparison) -> str:
    counts = [f"{n} {direction}" for direction in Direction if (n := len(comparison.of(direction)))]
    return ", ".join([*counts, f"{comparison.same} the same"])


def _turn(change: Change) -> str:
    if change.before is None:
        return str(change.after)
    return f"was {change.before}" if change.after is None else f"{change.before}, now {change.after}"


def _from_to(moved: Moved) -> str:
    return f"{_shown(moved.before)} -> {_shown(moved.after)}"


def _shown(figure: Figure | None) -> str:
    return "none" if figure is None else str(figure)
