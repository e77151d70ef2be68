"""Backups: what a store has, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.document import Document, Paragraph, Run, Table, Tone
from redismanifests.present.size import size_text
from redismanifests.prove.backups.segments import spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.present.document import Block
    from redismanifests.prove.backups.backups import Found
    from redismanifests.prove.backups.segments import Chain


def backups(
    deployment: str, found: Sequence[Found], *, read: bool, chains: Sequence[Chain] | None = None
) -> Document:
    """A row for each backup; ``read``: whether every dump was read to its end.

    ``chains``: of segments; None where the profile ships none.
    """
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
            *_moments(deployment, chains),
        ],
        data={
            "deployment": deployment,
            "read": read,
            "backups": [
                {"id": each.id, "problem": each.problem or None, "readable": each.readable, **each.manifest}
                for each in found
            ],
            **({} if chains is None else _data(chains)),
        },
    )


def _moments(deployment: str, chains: Sequence[Chain] | None) -> tuple[Block, ...]:
    if chains is None:
        return ()
    times = spans(chains)
    said = (
        f"any second of {', '.join(f'{_text(each.since)} to {_text(each.until)}' for each in times)} can be restored"
        if times
        else f"no moment of {deployment} can be restored: there are no segments"
    )
    rows = [
        (each.pod, _text(each.id), _text(each.until), size_text(each.size), _chain_state(each))
        for each in chains
    ]
    table = (Table(("pod", "from", "until", "stored", "state"), rows),) if rows else ()
    return (*table, Paragraph(said))


def _chain_state(each: Chain) -> str | Run:
    return Run(each.problem, Tone.BAD, strong=True) if each.problem else "whole"


def _data(chains: Sequence[Chain]) -> dict[str, object]:
    return {
        "moments": [{"from": _text(each.since), "until": _text(each.until)} for each in spans(chains)],
        "chains": [
            {
                "pod": each.pod,
                "from": _text(each.id),
                "until": _text(each.until),
                "size": each.size,
                "problem": each.problem or None,
            }
            for each in chains
        ],
    }


def _text(stamp: str) -> str:
    """20261130T120000Z as restore.from.until has it."""
    date, _, time = stamp.partition("T")
    return f"{date[:4]}-{date[4:6]}-{date[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}"


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
