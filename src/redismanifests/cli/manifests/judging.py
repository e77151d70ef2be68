"""Judging: what `check` finds in each profile, and the exit code for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, ProfileRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from redismanifests.cli.manifests.objects import Given
    from redismanifests.core.findings import Severity
    from redismanifests.judge.review import Review
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
    from redismanifests.judge.objects.schema import asked_of_kubeconform
    from redismanifests.judge.review import findings_together, review_of, update_findings

    judged: Judged = []
    reviews: list[tuple[Review, list[Finding]]] = []
    for path in given.profiles:
        try:
            reviewed = review_of(given.source(path), limits, day)
        except ProfileRefused as refused:
            judged.append((str(path), list(refused.findings)))
            continue
        found = list(reviewed.findings)
        if kubeconform:
            found += asked_of_kubeconform(
                reviewed.source, reviewed.profile.kubernetes_version, reviewed.rendering
            )
        if deployed is not None:
            found += update_findings(reviewed, deployed)
        judged.append((str(path), wanted.of(found)))
        reviews.append((reviewed, judged[-1][1]))
    for finding in wanted.of(findings_together([each for each, _ in reviews])):
        next(found for each, found in reviews if each.source is finding.source).append(finding)
    return judged


def exit_code(found: Sequence[Finding], failing: Collection[Severity]) -> int:
    """2 where a file cannot be read, 1 where a finding fails the run, else 0."""
    from redismanifests.core.sources.source import UNREADABLE_FILE

    if any(finding.code == UNREADABLE_FILE.code for finding in found):
        return 2
    return 1 if any(finding.severity in failing and not finding.waived for finding in found) else 0
