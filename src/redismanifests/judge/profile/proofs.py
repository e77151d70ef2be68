"""Proofs: what the requirements of a profile name as their proof is there to be asked.

Why: a code that no probe has would make a requirement that nothing ever meets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import FindingKind, Severity
from redismanifests.judge.check_codes import CHECK_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Finding
    from redismanifests.judge.case.case import Case

UNKNOWN_PROOF = FindingKind(
    "RM186",
    "unknown-proof",
    Severity.ERROR,
    "A requirement of the profile names a probe that there is not, so nothing could ever show that it is met. "
    "Write the code of a live check or drill as docs/probes.md lists it, or leave the probe out.\n\n"
    "Source: docs/probes.md; docs/report.md.",
)


def findings(case: Case) -> Iterator[Finding]:
    """Every code among the requirements that no probe has."""
    for index, requirement in enumerate(case.profile.requirements):
        for number, code in enumerate(requirement.probes):
            if code not in CHECK_CODES:
                path = ("requirements", index, "probes", number)
                near = [each for each in CHECK_CODES if each.startswith(code[:4])]
                fix = f"take {' or '.join(near[:3])}" if near else "take one of docs/probes.md"
                yield UNKNOWN_PROOF.at(case.source, path, f"there is no probe {code}", fix)
