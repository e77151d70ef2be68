"""Drill: how a drill went: the figures compared with their bound, what was wrong, and without a master what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Run, Tone
from redismanifests.present.drawing import wrapped
from redismanifests.present.verification.words import drill_summary
from redismanifests.prove.drill.runbook import steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.present.document import Block
    from redismanifests.prove.result.drill import Drill


def drill(done: Drill, namespace: str, deployment: str) -> Document:
    """One drill; as JSON the value that reports read, and whether it met its bound."""
    return Document(
        title=f"drill {done.kind}: {done.how}",
        screen=list(_screen(done, namespace, deployment)),
        data={**done.to_json(), "held": done.held, "wrong": done.wrong},
    )


def drills(done: Sequence[Drill]) -> Document:
    """Several of them below something else: a line each, and what was wrong."""
    lines = [
        line
        for each in done
        for line in (
            f"drill {each.kind}: {'held' if each.held else 'FAILED'}: {drill_summary(each)}",
            *(f"   = {fault}" for fault in each.wrong),
        )
    ]
    return Document(screen=[Lines(lines)] if lines else [])


def _screen(done: Drill, namespace: str, deployment: str) -> Iterator[Block]:
    outage = "had not ended" if done.outage_s is None else f"{done.outage_s:.2f} s"
    agreed = "never" if done.agreed_s is None else f"after {done.agreed_s:.1f} s"
    lost = "unknown" if done.lost is None else f"{done.lost} of {done.acknowledged} acknowledged writes"
    rows = [
        ("done", done.how),
        ("outage", f"{outage} (bound {done.bound_s:g} s)"),
        ("lost", lost),
        ("promoted", done.promoted or "no one"),
        ("agreed", f"every Sentinel and replica {agreed}"),
        *(("note", event.text) for event in done.events if event.at == done.ended),
        *(("wrong", wrong) for wrong in done.wrong),
    ]
    lines = [line for name, value in rows for line in wrapped(value, f"{name:<10}", " " * 10)]
    verdict = (Run("held", Tone.GOOD) if done.held else Run("not held", Tone.BAD), f": drill {done.kind}")
    if done.outage_s is not None:
        yield Lines([*lines, verdict])
        return
    yield Lines(lines)
    numbered = enumerate(steps(namespace, deployment), 1)
    todo = [line for number, step in numbered for line in wrapped(step, f"{number}. ", "   ")]
    yield Lines(["There is no master. What to do (docs/operations.md):", *todo, verdict])
