"""Moving: where a move is, and both sides of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.document import Document, Paragraph, Points, Run, Table, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.present.document import Block
    from redismanifests.prove.moving.sides import Facts, Side

_MEANING = {
    "following": "the first pod follows the old master",
    "cut": "this side is the master, and the old one refuses writes",
    "half cut": "this side is the master, and the old one takes writes: run `redismanifests migrate cut` again",
    "returned": "the old side takes writes again; start this side again with empty volumes (docs/moving.md, Back)",
    "over": "this side is cut off, and has had its own failover",
    "broken off": "a cut was killed after its promotion, and a failover followed: run `redismanifests migrate cut`",
    "unknown": "one of both sides does not answer",
}

_LEFT = (
    "next: remove migration from the profile, render and apply: as long as it is there, a start of all pods without "
    "the volume of the first one follows the old master again"
)


def moving(deployment: str, found: Facts, obstacles: Sequence[str]) -> Document:
    """Roles, links, offsets and keys; ``obstacles`` are what a cut would refuse."""
    phase = found.phase.value
    blocks: list[Block] = [
        Table(("", f"old ({found.host})", f"new ({deployment})"), _rows(found)),
        Paragraph(f"{phase}: {_MEANING[phase]}"),
    ]
    if phase in ("following", "unknown"):
        blocks.append(
            Points([Run(each, Tone.BAD) for each in obstacles])
            if obstacles
            else Paragraph("ready for `redismanifests migrate cut`")
        )
    if phase in ("cut", "over"):
        blocks.append(Paragraph(_LEFT))
    return Document(
        title=f"Move of {deployment}",
        screen=blocks,
        data={
            "deployment": deployment,
            "phase": phase,
            "lagBytes": found.lag,
            "refuses": found.refuses,
            "old": {"host": found.host, **_data(found.old)},
            "new": _data(found.own),
            "obstacles": list(obstacles) if phase in ("following", "unknown") else [],
        },
    )


def _rows(found: Facts) -> list[tuple[str, ...]]:
    old, own = found.old, found.own
    sides = (old, own)
    rows: list[tuple[str, ...]] = [
        ("server", *(_cell(side, printable(side.version) if side else "") for side in sides)),
        ("role", *(_cell(side, side.role if side else "") for side in sides)),
        ("link", "", own.link if own else ""),
        ("offset", *(_cell(side, str(side.offset) if side else "") for side in sides)),
        ("replicas", *(_cell(side, str(len(side.replicas)) if side else "") for side in sides)),
    ]
    databases = sorted({*(old.keys if old else ()), *(own.keys if own else ())})
    for each in databases:
        rows.append((f"keys in {each}", *(str(side.keys.get(each, 0)) if side else "" for side in sides)))
    if found.lag is not None and own and own.role == "slave":
        rows.append(("behind", "", f"{found.lag} bytes"))
    return rows


def _cell(side: Side | None, text: str) -> str:
    return text if side else "no answer"


def _data(side: Side | None) -> dict[str, object]:
    if side is None:
        return {"answers": False}
    return {
        "answers": True,
        "version": side.version,
        "role": side.role,
        "link": side.link or None,
        "master": side.master or None,
        "offset": side.offset,
        "replicas": len(side.replicas),
        "keys": {str(database): count for database, count in sorted(side.keys.items())},
    }
