"""Judging: what `check` finds in each profile, and the exit code for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.cli.manifests.many import each
from redismanifests.core.findings import Finding, ProfileRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from redismanifests.cli.manifests.objects import Given
    from redismanifests.core.findings import Severity
    from redismanifests.judge.selection import Selection
    from redismanifests.judge.update import Deployed

Judged = list[tuple[str, list[Finding]]]


def judged_profiles(
    given: Given,
    limits: tuple[Path, ...],
    kubeconform: bool,
    wanted: Selection,
    day: str,
    deployed: Deployed | None,
) -> Judged:
    """What is found in each profile, and by the rules over several of them."""
    from redismanifests.core.sources.excerpt import excerpted
    from redismanifests.judge.objects.schema import asked_of_kubeconform
    from redismanifests.judge.review import (
        Shared,
        append_findings_together,
        review_of,
        shared,
        update_findings,
    )

    def one(path: Path) -> tuple[list[Finding], Shared | None]:
        try:
            reviewed = review_of(given.source(path), limits, day)
        except ProfileRefused as refused:
            return excerpted(refused.findings), None
        found = list(reviewed.findings)
        if kubeconform:
            found += asked_of_kubeconform(
                reviewed.source, reviewed.profile.kubernetes_version, reviewed.rendering
            )
        if deployed is not None:
            found += update_findings(reviewed, deployed)
        return excerpted(wanted.of(found)), shared(reviewed)

    done = list(each(one, given.profiles, limits))
    append_findings_together([(found, mine) for found, mine in done if mine is not None], wanted.of)
    return [(str(path), found) for path, (found, _) in zip(given.profiles, done, strict=True)]


def exit_code(found: Sequence[Finding], failing: Collection[Severity]) -> int:
    """2 where a file cannot be read, 1 where a finding fails the run, else 0."""
    from redismanifests.core.sources.source import UNREADABLE_FILE

    if any(finding.code == UNREADABLE_FILE.code for finding in found):
        return 2
    return 1 if any(finding.severity in failing and not finding.waived for finding in found) else 0
