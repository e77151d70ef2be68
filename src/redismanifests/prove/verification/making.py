"""Making: a verification from a reviewed profile and what was seen of its deployment.

Every target (a cluster, a dump, a rehearsal) provides outcomes and a time; everything else follows from the profile.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.profile.derived.recovery import recovery
from redismanifests.prove.result.claim import Claim
from redismanifests.prove.result.verification import Bounds, Remark, Verification
from redismanifests.prove.verification.limitation import limitations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.judge.review import Review
    from redismanifests.profile.model import Profile
    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.result.drill import Drill
    from redismanifests.prove.result.observation import Subject

_VERSION = re.compile(r"^(redis|valkey)_version: ?(\S+)$", re.MULTILINE)


def verification(
    reviewed: Review,
    subject: Subject,
    outcomes: Sequence[Outcome],
    *,
    at: float,
    version: str,
    drills: Sequence[Drill] = (),
    engines: Sequence[str] = (),
) -> Verification:
    """All of it; ``at`` is when the questions were asked, ``engines`` are read from the outcomes where not given."""
    profile = reviewed.profile
    bounds = recovery(profile)
    return Verification(
        at=at,
        version=version,
        profile=printable(PurePath(reviewed.source.name).name),
        digest=hashlib.sha256(reviewed.source.text.encode()).hexdigest(),
        deployment=profile.name,
        subject=subject,
        engines=tuple(engines) or engines_of(outcomes),
        bounds=Bounds(
            bounds.normal_ms / 1000,
            bounds.after_failed_election_ms / 1000,
            profile.recovery.target.milliseconds / 1000,
        ),
        outcomes=tuple(outcomes),
        requirements=_requirements(profile),
        remarks=tuple(_remark(finding) for finding in reviewed.findings),
        limitations=limitations(profile),
        drills=tuple(drills),
    )


def _requirements(profile: Profile) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            each.id,
            each.text,
            each.probes,
            each.drills,
            each.within.milliseconds / 1000 if each.within else None,
        )
        for each in profile.requirements
    )


def _remark(finding: Finding) -> Remark:
    setting = ".".join(map(str, finding.path))
    return Remark(
        finding.code, finding.name, finding.severity, setting, finding.fact, finding.fix, finding.waived
    )


def engines_of(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """The servers that answered, by name and version; Valkey also reports a compatible version of Redis."""
    found: dict[str, None] = {}
    for outcome in outcomes:
        for evidence in outcome.evidence:
            told = dict(_VERSION.findall(evidence.output))
            if name := next((name for name in ("valkey", "redis") if name in told), ""):
                found[f"{name.title()} {told[name]}"] = None
    return tuple(sorted(found))
