"""Sides: what the old master and the first pod of the new deployment answer, and what that means for a move."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.profile.model import Profile
    from redismanifests.prove.moving.pod import FirstPod

IN_STEP_BYTES = 1 << 20
"""How far a replica of the first pod may be behind it, and this one behind the old master, when a cut begins."""
_DATABASE = pattern(r"db(\d+)")
_REPLICA = pattern(r"slave\d+")
_CHANGES = 3


class Phase(StrEnum):
    """Where a move is."""

    FOLLOWING = "following"
    """The first pod is a replica of the old master, or about to be one."""
    CUT = "cut"
    """The first pod was promoted, and the old master refuses writes."""
    HALF_CUT = "half cut"
    """The first pod was promoted, and the old master takes writes: a cut was killed in between."""
    RETURNED = "returned"
    """As after a cut, and this side refuses writes: the old one has them again."""
    OVER = "over"
    """The first pod is a replica of another member: the deployment has had its own failover."""
    BROKEN_OFF = "broken off"
    """The same, and the cut was killed after the promotion: it is not complete."""
    UNKNOWN = "unknown"
    """One of both does not answer."""


class Changes(NamedTuple):
    """What shows whether a server took a write: replication offset, changes since its last save, and when that was."""

    offset: int
    changes: int
    saved_at: int

    def same_data(self, later: Changes) -> bool | None:
        """Whether no write came until ``later``; None where a save in between hides it."""
        if self.offset == later.offset:
            return True
        if self.saved_at != later.saved_at:
            return None
        return self.changes == later.changes


class Side(NamedTuple):
    """One server."""

    role: str
    version: str
    link: str
    """Of a replica to its master: up or down; empty for a master."""
    master: str
    """Host of its master; empty for a master."""
    offset: int
    """Bytes of the replication stream that it has."""
    keys: Mapping[int, int]
    """Database -> keys."""
    replicas: tuple[int, ...]
    """Offset of each attached replica."""
    changes: Changes


class Facts(NamedTuple):
    """Both sides at one moment."""

    old: Side | None
    own: Side | None
    trouble: str
    """What the old master says instead of an answer."""
    settings: bool
    """Whether the old master returns its settings."""
    refuses: bool
    """Whether it refuses writes because of a cut."""
    promoted: bool
    """Whether a cut made the first pod master, also one that was killed before it had noted that."""
    same: bool
    """Whether it is noted that the old side took no write after the promotion."""
    complete: bool
    """Whether it is noted that the Sentinels named a master here."""
    returned: bool
    """Whether a person went back to the old side after that."""
    old_at_cut: Changes | None
    own_at_cut: Changes | None
    host: str
    """Of the old master, as in the profile."""

    @property
    def lag(self) -> int | None:
        """Bytes that the first pod is behind the old master."""
        return max(0, self.old.offset - self.own.offset) if self.old and self.own else None

    @property
    def phase(self) -> Phase:
        """Where the move is."""
        if self.own is None:
            return Phase.UNKNOWN
        if self.own.role == "slave" and (self.complete or not self.promoted):
            return Phase.OVER if self.complete else Phase.FOLLOWING
        if not self.promoted or self.old is None:
            return Phase.UNKNOWN
        if self.own.role == "slave":
            return Phase.BROKEN_OFF
        if self.refuses:
            return Phase.CUT
        return Phase.RETURNED if self.returned else Phase.HALF_CUT


def facts(pod: FirstPod, profile: Profile) -> Facts:
    """What both sides answer now; raises RedismanifestsError if the pod cannot be asked."""
    host = profile.migration.source.host if profile.migration else ""
    return read_facts(pod.run("facts"), host)


def read_facts(text: str, host: str) -> Facts:
    """The output of `migrate.sh facts`."""
    chapters: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.replace("\r", "").splitlines():
        if line.startswith("== "):
            lines = chapters.setdefault(line[3:], [])
        else:
            lines.append(line)
    limits = chapters.get("limits", [])
    settings = len(limits) > 1 and limits[0] == "min-slaves-to-write"
    held = chapters.get("held", [""])
    move = dict(line.partition(" ")[::2] for line in chapters.get("move", []))
    own = _side(chapters.get("own", []))
    begun = "old" in move and own is not None and own.role == "master"
    return Facts(
        old=_side(chapters.get("old", [])),
        own=own,
        trouble=" ".join(chapters.get("trouble", [])).strip() or "no answer",
        settings=settings,
        refuses=settings and limits[1:2] == held[:1],
        promoted="promoted" in move or begun,
        same="same" in move,
        complete="over" in move,
        returned="returned" in move,
        old_at_cut=_changes(move.get("old", "")),
        own_at_cut=_changes(move.get("own", "")),
        host=host,
    )


def _side(lines: list[str]) -> Side | None:
    info = dict(line.partition(":")[::2] for line in lines)
    if "role" not in info:
        return None
    number = {key: int(value) for key, value in info.items() if value.isdecimal()}
    replica = info["role"] == "slave"
    return Side(
        role=info["role"],
        version=info.get("valkey_version") or info.get("redis_version", ""),
        link=info.get("master_link_status", "") if replica else "",
        master=info.get("master_host", "") if replica else "",
        offset=number.get("slave_repl_offset" if replica else "master_repl_offset", 0),
        keys=dict(_keys(info)),
        replicas=tuple(_replicas(info)),
        changes=Changes(
            number.get("master_repl_offset", 0),
            number.get("rdb_changes_since_last_save", 0),
            number.get("rdb_last_save_time", 0),
        ),
    )


def _keys(info: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    for name, value in info.items():
        database = _DATABASE.fullmatch(name)
        if database and value.startswith("keys="):
            yield int(database[1]), int(value.removeprefix("keys=").partition(",")[0])


def _replicas(info: Mapping[str, str]) -> Iterator[int]:
    for name, value in info.items():
        if _REPLICA.fullmatch(name):
            fields = dict(each.partition("=")[::2] for each in value.split(","))
            if fields.get("state") == "online":
                yield int(fields.get("offset", "0"))


def _changes(text: str) -> Changes | None:
    words = text.split()
    return Changes(*map(int, words)) if len(words) == _CHANGES else None


def obstacles(found: Facts, members: int) -> tuple[str, ...]:
    """Why a cut must not begin; nothing where it may. ``members`` are the Redis pods of the new deployment."""
    return tuple(_obstacles(found, members))


def _obstacles(found: Facts, members: int) -> Iterator[str]:
    old, own = found.old, found.own
    if own is None:
        yield "the first pod does not answer"
        return
    if old is None:
        yield f"the old master {found.host} does not answer: {found.trouble}"
        return
    if old.role != "master":
        yield f"{found.host} is no master, but a replica of {old.master}"
    if not found.settings:
        yield f"{found.host} does not let this account read and set min-replicas-to-write (CONFIG)"
    if own.role != "slave":
        yield "the first pod is a master, and no cut made it one"
        return
    if own.link != "up":
        yield f"the link of the first pod to {own.master} is down"
    if found.lag is not None and found.lag > IN_STEP_BYTES:
        yield f"the first pod is {found.lag} bytes behind the old master"
    attached = len(own.replicas)
    if attached < members - 1:
        yield f"{attached} of {members - 1} replicas follow the first pod"
    behind = own.offset - min(own.replicas, default=own.offset)
    if behind > IN_STEP_BYTES:
        yield f"a replica is {behind} bytes behind the first pod"
