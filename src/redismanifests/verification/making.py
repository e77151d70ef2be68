"""Making: a verification from a reviewed profile and what was seen of its deployment.

Why: whoever asked (a cluster, a dump, a rehearsal) has outcomes and a moment; all else follows from the profile, and
must follow alike. What must not come in: asking, a clock.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from redismanifests.core.source import printable
from redismanifests.facts.recovery import recovery
from redismanifests.verification.claim import Claim
from redismanifests.verification.limitation import limitations
from redismanifests.verification.reference import requirements
from redismanifests.verification.value import Bounds, Remark, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.drills.result import Drill
    from redismanifests.probes.probe import Outcome
    from redismanifests.profile import Profile
    from redismanifests.review import Review
    from redismanifests.verification.value import Subject

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
    if not profile.requirements:
        return requirements(profile.recovery.target.milliseconds / 1000)
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
    """The servers that answered, by name and version; Valkey also tells a version of Redis that it is compatible to."""
    found: dict[str, None] = {}
    for outcome in outcomes:
        for evidence in outcome.evidence:
            told = dict(_VERSION.findall(evidence.output))
            if name := next((name for name in ("valkey", "redis") if name in told), ""):
                found[f"{name.title()} {told[name]}"] = None
    return tuple(sorted(found))
