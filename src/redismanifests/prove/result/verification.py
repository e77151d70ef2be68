"""Verification: what was looked at, when, with what, and everything that was found, judged against the profile.

Why: reports are made of it alone, so the same value gives the same bytes, today and when it is read back from a file.
The moment comes from outside.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.prove.checks.probe import Outcome, Status
from redismanifests.prove.result.claim import Claim, Judgement, judgement
from redismanifests.prove.result.drill import Drill
from redismanifests.prove.result.observation import Subject
from redismanifests.prove.result.reading import as_read
from redismanifests.prove.result.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_YEAR_10000 = 253_402_300_800.0
"""In seconds since 1970: no calendar of ours goes further."""
SCHEMA = 1
"""Version of the written form: a reader of another version says so instead of guessing."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding of `check` about the profile, without its place in a file that the reader may not have."""

    code: str
    name: str
    severity: Severity
    setting: str
    fact: str
    fix: str
    waived: str = ""
    """The reason for which the profile waives it; empty where it does not."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds without a master, as computed beforehand (derived/recovery.py), and what is promised."""

    failover_s: float
    after_failed_election_s: float
    target_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All of it."""

    at: float
    """Seconds since 1970, when the questions were asked."""
    version: str
    """Of redismanifests."""
    profile: str
    """Name of the profile's file, without its folders."""
    digest: str
    """sha256 of the profile's text."""
    deployment: str
    subject: Subject
    engines: tuple[str, ...]
    bounds: Bounds
    outcomes: tuple[Outcome, ...]
    requirements: tuple[Claim, ...]
    remarks: tuple[Remark, ...] = ()
    limitations: tuple[str, ...] = ()
    drills: tuple[Drill, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What it amounts to."""
        return Verdict(self.outcomes, self.drills)

    @property
    def held(self) -> bool:
        """Whether all executed checks passed."""
        return self.verdict.status is Status.PASSED

    def judged(self, claim: Claim) -> Judgement:
        """How a claim came out by what was seen."""
        outcomes = {each.code: each for each in self.outcomes}
        return judgement(claim, outcomes, self.drills, self.bounds.failover_s)

    @property
    def matrix(self) -> tuple[Judgement, ...]:
        """The compliance matrix: every requirement, and whether it is met."""
        return tuple(map(self.judged, self.requirements))

    def to_json(self) -> dict[str, object]:
        """Values that JSON knows; `from_json` reads them back."""
        return {"schema": SCHEMA, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Verification:
        """Read one back; raises ValueError for what `to_json` of this version did not write."""
        if data.get("schema") != SCHEMA:
            raise ValueError(f"schema {data.get('schema')} instead of {SCHEMA}")
        read = as_read(cls, data)
        if not 0 <= read.at < _YEAR_10000:
            raise ValueError("at: a moment is given in seconds since 1970, up to the year 9999")
        return read
