"""Value: one verification, whole: what was looked at, when, with what, and everything that was found.

Why: reports are made of it alone, so the same value gives the same bytes, today and when it is read back from a file.
The moment comes from outside. What must not come in: a clock, how anything is shown.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from redismanifests.core.findings import Severity
from redismanifests.drills.result import Drill
from redismanifests.probes.index import ESSENTIAL
from redismanifests.probes.probe import Outcome, Status
from redismanifests.verification.claim import Claim, Judgement, judgement

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1
"""Version of the written form: a reader of another version says so instead of guessing."""


class SubjectKind(StrEnum):
    """Where the answers came from."""

    CLUSTER = "cluster"
    DUMP = "dump"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was looked at: ``name`` is a context, a folder or a machine; ``notes`` say what was not as in a cluster."""

    kind: SubjectKind
    name: str
    namespace: str
    notes: tuple[str, ...] = ()


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
    """Seconds without a master, as computed before anything was deployed (facts/recovery.py), and what is promised."""

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

    def of_status(self, status: Status) -> tuple[Outcome, ...]:
        """The outcomes of that status, in their order."""
        return tuple(each for each in self.outcomes if each.status is status)

    @property
    def standing(self) -> Status:
        """All in one: failed if anything was wrong; not verified without an answer to what decides."""
        if self.of_status(Status.FAILED) or not all(drill.held for drill in self.drills):
            return Status.FAILED
        decide = {probe.code for probe in ESSENTIAL}
        unknown = any(each.code in decide for each in self.of_status(Status.NOT_VERIFIED))
        return Status.NOT_VERIFIED if unknown or not self.of_status(Status.PASSED) else Status.PASSED

    @property
    def held(self) -> bool:
        """Whether it is as it was asked for, as far as it was looked at."""
        return self.standing is Status.PASSED

    def judged(self, claim: Claim) -> Judgement:
        """How a claim came out by what was seen."""
        outcomes = {each.code: each for each in self.outcomes}
        return judgement(claim, outcomes, self.drills, self.bounds.failover_s)

    @property
    def matrix(self) -> tuple[Judgement, ...]:
        """The compliance matrix: every requirement, and whether it is met."""
        return tuple(map(self.judged, self.requirements))

    def to_json(self) -> dict[str, Any]:
        """Values that JSON knows; `from_json` reads them back."""
        return {"schema": SCHEMA, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verification:
        """Read one back; raises KeyError, TypeError or ValueError for what `to_json` of this version did not write."""
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']} instead of {SCHEMA}")
        subject = data["subject"]
        return cls(
            at=float(data["at"]),
            version=data["version"],
            profile=data["profile"],
            digest=data["digest"],
            deployment=data["deployment"],
            subject=Subject(
                SubjectKind(subject["kind"]), subject["name"], subject["namespace"], tuple(subject["notes"])
            ),
            engines=tuple(data["engines"]),
            bounds=Bounds(**data["bounds"]),
            outcomes=tuple(Outcome.from_json(each) for each in data["outcomes"]),
            requirements=tuple(Claim.from_json(each) for each in data["requirements"]),
            remarks=tuple(
                Remark(**{**each, "severity": Severity(each["severity"])}) for each in data["remarks"]
            ),
            limitations=tuple(data["limitations"]),
            drills=tuple(Drill.from_json(each) for each in data["drills"]),
        )
