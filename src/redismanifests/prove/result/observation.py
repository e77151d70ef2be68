"""Observation: the outcomes of one round of checks, and the circumstances."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from redismanifests.prove.result.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.live.trouble import Refusal
    from redismanifests.prove.result.drill import Drill


class SubjectKind(StrEnum):
    """The kind of target that answered: a cluster, a dump or a rehearsal."""

    CLUSTER = "cluster"
    DUMP = "dump"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True)
class Subject:
    """The checked target: ``name`` is a context, a folder or a machine; ``notes`` are differences from a cluster."""

    kind: SubjectKind
    name: str
    namespace: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """The outcomes, by code, of a moment."""

    outcomes: tuple[Outcome, ...]
    at: float
    """Seconds since 1970, when the questions were asked."""
    took_s: float
    refused: tuple[Refusal, ...] = ()
    """Permissions that were missing."""
    notes: tuple[str, ...] = ()
    """What was not as in a cluster."""

    def verdict(self, drills: Sequence[Drill] = (), *, strict: bool = False) -> Verdict:
        """What it amounts to, with the drills that were run."""
        return Verdict(self.outcomes, drills, self.refused, strict)
