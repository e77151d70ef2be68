"""Drill: how a drill went, for a person and for scripts.

What must not come in: printing, deciding whether it held.
"""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from redismanifests.drills.runbook import steps
from redismanifests.report.text import painted

if TYPE_CHECKING:
    from redismanifests.drills.result import Drill

_WIDTH = 100


def drill_json(done: Drill) -> str:
    """One document: the drill as reports read it, and whether it held."""
    document = {**done.to_json(), "held": done.held, "wrong": done.wrong}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def drill_text(done: Drill, namespace: str, deployment: str, *, colour: bool = False) -> str:
    """The figures against their bound, what went wrong, and without a master what to do."""
    outage = "had not ended" if done.outage_s is None else f"{done.outage_s:.2f} s"
    agreed = "never" if done.agreed_s is None else f"after {done.agreed_s:.1f} s"
    lost = "nobody knows" if done.lost is None else f"{done.lost} of {done.acknowledged} acknowledged writes"
    notes = [event.text for event in done.events if event.at == done.ended]
    rows = [
        ("done", done.how),
        ("outage", f"{outage} (bound {done.bound_s:g} s)"),
        ("lost", lost),
        ("promoted", done.promoted or "nobody"),
        ("agreed", f"every Sentinel and replica {agreed}"),
        *(("note", note) for note in notes),
        *(("wrong", wrong) for wrong in done.wrong),
    ]
    text = "".join(_row(*row) for row in rows)
    if done.outage_s is None:
        text += "\nThere is no master. What to do (docs/operations.md):\n" + "".join(
            textwrap.fill(step, _WIDTH, initial_indent=f"{number}. ", subsequent_indent="   ") + "\n"
            for number, step in enumerate(steps(namespace, deployment), 1)
        )
    verdict = painted("held", "32;1", colour) if done.held else painted("not held", "31;1", colour)
    return f"{text}{verdict}: drill {done.kind}\n"


def _row(name: str, value: str) -> str:
    indent = " " * 10
    return textwrap.fill(value, _WIDTH, initial_indent=f"{name:<10}", subsequent_indent=indent) + "\n"
