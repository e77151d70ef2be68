"""Way: how the data of today's deployment come here (docs/moving.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.judge.migrate.today import Today


class Way(StrEnum):
    """One of three, by persistence and by what the new side could follow."""

    CACHE = "cache"
    FOLLOW = "follow"
    TOOL = "tool"

    @property
    def text(self) -> str:
        """What a person does."""
        return _TEXTS[self]


_TEXTS = {
    Way.CACHE: "nothing is on disk today, so a cache: switch the clients, and it fills again",
    Way.FOLLOW: "the new deployment follows today's master until a cut: migration.from (docs/moving.md)",
    Way.TOOL: "with TLS on the old side by a tool, key by key: RIOT or redis-shake (docs/moving.md, By a tool)",
}


def way(today: Today) -> Way:
    """The profile has the engine of today and no older version, so versions forbid nothing here."""
    if not today.disk or not (today.append_only or today.snapshots):
        return Way.CACHE
    return Way.TOOL if today.tls else Way.FOLLOW
