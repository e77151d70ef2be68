"""Drill: what one drill did, and what came of it: frozen, and the same when it is written as JSON and read back.

Why: the report, its picture, the comparison of two reports and the exit code all read this value. Moments are seconds
since 1970, durations are seconds.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from redismanifests.profile.formulas.drill import Kind
from redismanifests.prove.result.reading import as_read

__all__ = ["Drill", "Event", "Kind", "Role", "Turn"]


class Role(StrEnum):
    """What a pod was seen to be, in the words that rehearsals use as well."""

    MASTER = "master"
    REFUSING = "master that refuses writes"
    REPLICA = "replica"
    DETACHED = "replica without master"
    SENTINEL = "sentinel"
    CLIENT = "client"
    """The pod that writes and reads for the drill."""
    LOADING = "loading"
    SILENT = "silent"
    """It takes connections, and nothing answers."""
    DOWN = "down"
    """The pod is there, and nothing listens in it."""
    GONE = "gone"
    """There is no such pod."""


@dataclass(frozen=True, slots=True)
class Turn:
    """From this moment on a pod was that, until its next turn."""

    at: float
    pod: str
    role: Role
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """A moment worth knowing; a ``fault`` is something that the drill did, anything else followed."""

    at: float
    text: str
    fault: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One drill, from its first fault until everything agreed again or it was given up."""

    kind: Kind
    how: str
    """What was done, in words: ``redis-0 force-deleted``."""
    began: float
    """The moment of the first fault: the zero of the picture."""
    ended: float
    outage_s: float | None
    """Longest time without an acknowledged write; None if it had not ended when the drill was given up."""
    bound_s: float
    """What ``check`` computed for this kind before anything was done."""
    acknowledged: int
    """Writes that were acknowledged, from the first to the last one of the drill."""
    lost: int | None
    """Those of them that the master did not have afterwards; None where they could not be looked up."""
    promoted: str = ""
    """Pod that became master; empty if none did."""
    agreed_s: float | None = None
    """From ``began`` until every Sentinel named one master and every replica was attached to it; None if never."""
    outages: tuple[tuple[float, float], ...] = ()
    """When no write was acknowledged for over a quarter of a second: from, to."""
    turns: tuple[Turn, ...] = ()
    """By time; a pod that was there before has its first turn at or before ``began``."""
    events: tuple[Event, ...] = ()
    """By time."""
    problems: tuple[str, ...] = ()
    """What went wrong and is no figure: no master, a probe that fails afterwards, a pod that is left behind."""

    @property
    def held(self) -> bool:
        """Whether all of it went as promised: in time, nothing lost, all agreed, nothing wrong."""
        return not self.wrong

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that did not go as promised, a sentence each; empty if it held."""
        return self.wrong_within(self.bound_s)

    def wrong_within(self, limit_s: float) -> tuple[str, ...]:
        """The same where writes have to be back within another time than the computed one."""
        told = []
        if self.outage_s is None:
            told.append(f"writes had not recovered when the drill was given up; the limit is {limit_s:g} s")
        elif self.outage_s > limit_s:
            told.append(
                f"no write was acknowledged for {self.outage_s:.2f} s, and the limit is {limit_s:g} s"
            )
        if self.lost is None:
            told.append("no one knows whether acknowledged writes are lost")
        elif self.lost:
            told.append(f"{self.lost} of {self.acknowledged} acknowledged writes are lost")
        if self.agreed_s is None:
            told.append("the Sentinels and replicas did not agree on one master again")
        return (*told, *self.problems)

    def to_json(self) -> dict[str, object]:
        """Values that JSON knows; `from_json` reads them back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Drill:
        """Read one back; raises ValueError for what `to_json` did not write. A verdict beside it is not read."""
        return as_read(cls, data)
