"""Backups: what a store has, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.document import Document, Paragraph, Run, Table, Tone
from redismanifests.present.size import size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.prove.backups.backups import Found


def backups(deployment: str, found: Sequence[Found], *, read: bool) -> Document:
    """A row for each backup; ``read``: whether every dump was read to its end."""
    good = sum(not each.problem for each in found)
    verb = "read back and can be restored" if read else "can be restored, as far as their manifests say"
    counted = f"{good} of {len(found)} backups of {deployment} {verb}"
    return Document(
        title=f"Backups of {deployment}",
        screen=[
            Table(
                ("id", "from", "engine", "keys", "dump", "in memory", "read by this server", "state"),
                [_row(each, read=read) for each in found],
            ),
            Paragraph(counted),
        ],
        data={
            "deployment": deployment,
            "read": read,
            "backups": [
                {"id": each.id, "problem": each.problem or None, "readable": each.readable, **each.manifest}
                for each in found
            ],
        },
    )


def _row(each: Found, *, read: bool) -> tuple[str | Run, ...]:
    state = Run(each.problem, Tone.BAD, strong=True) if each.problem else "read back" if read else "listed"
    readable = {None: "unknown", True: "yes", False: "no"}[each.readable]
    if not each.manifest:
        return (each.id, "", "", "", "", "", readable, state)
    known = each.manifest
    return (
        each.id,
        printable(known["time"]),
        printable(f"{known['engine']} {known['version']}"),
        str(known["keys"]),
        size_text(known["size"]),
        size_text(known["usedMemory"]),
        readable,
        state,
    )
