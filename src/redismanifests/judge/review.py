"""Review: reads and renders a profile, and runs every judge; all commands use it.

Commands leave it at different exits; none takes another road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, ProfileRefused, Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.excerpt import Excerpt
from redismanifests.core.sources.source import Source, source_from_file
from redismanifests.judge import rules
from redismanifests.judge.case.case import case_of
from redismanifests.judge.judges import JUDGES
from redismanifests.judge.namespace import crowd
from redismanifests.judge.objects.index import MANIFEST_RULES
from redismanifests.profile.derived.members import PLACES, Neighbour, neighbour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from redismanifests.judge.case.demands import Demands
    from redismanifests.judge.namespace.crowd import Crowd
    from redismanifests.judge.update import Deployed
    from redismanifests.profile.model import Profile
    from redismanifests.render.rendered import Rendering


class Review(NamedTuple):
    """A profile whose form is right, what it gives, and everything found about it, sorted by place."""

    source: Source
    profile: Profile
    rendering: Rendering
    findings: tuple[Finding, ...]
    demands: Demands
    """Of the namespace."""

    @property
    def refused(self) -> bool:
        """Whether there is a finding of severity error that is not waived."""
        return refused(self.findings)

    def accepted(self) -> Rendering:
        """The rendering; raises ProfileRefused with all findings where one is an error."""
        if self.refused:
            raise ProfileRefused(self.findings)
        return self.rendering


def refused(found: Iterable[Finding]) -> bool:
    """Whether a finding is of severity error and not waived."""
    return any(finding.severity is Severity.ERROR and not finding.waived for finding in found)


def review(path: Path, limits: Sequence[Path] = (), today: str | None = None) -> Review:
    """Everything about the profile at ``path``; ``limits`` take the place of the files that it names.

    ``today`` (YYYY-MM-DD) ends waivers and lets tables grow old. Raises ProfileRefused where the document is no
    profile; then nothing else can be said.
    """
    return review_of(source_from_file(path), limits, today)


def review_of(source: Source, limits: Sequence[Path] = (), today: str | None = None) -> Review:
    """As `review`, for a profile that is read already."""
    case = case_of(source, limits, today)
    found = _without_repeats([finding for judge in JUDGES for finding in judge.findings(case)])
    if case.profile.waivers:
        from redismanifests.judge.waivers import waived  # noqa: PLC0415 (most profiles have none)

        found = waived(case.profile, source, found, today)
    in_order = tuple(sorted(set(found), key=Finding.sort_key))
    return Review(source, case.profile, case.rendering, in_order, case.demands)


def _without_repeats(found: list[Finding]) -> list[Finding]:
    """Without what a rule over objects finds that another code has reported at the line of the profile."""
    codes = {finding.code for finding in found}
    repeated = {rule.code for rule in MANIFEST_RULES if rule.unless in codes}
    return [finding for finding in found if finding.code not in repeated]


class Shared(NamedTuple):
    """What is kept of a review for the rules over several profiles of a run."""

    deployment: Neighbour
    services: Crowd
    source: Excerpt


def shared(reviewed: Review) -> Shared:
    """What the rules over several profiles have to know of one: small, whatever the profile's size."""
    excerpt = Excerpt(reviewed.source.name)
    for place in PLACES:
        excerpt.keep(reviewed.source, place)
    services = crowd.crowd(each.manifest for each in reviewed.rendering.objects)
    return Shared(neighbour(reviewed.profile), services, excerpt)


def findings_together(run: Sequence[Shared]) -> list[Finding]:
    """What several profiles of one run do to each other, sorted by place; each points into the ``source`` of one."""
    found = rules.shared_findings([(each.deployment, each.source) for each in run])
    found += crowd.of_run([(each.deployment, each.source, each.services) for each in run])
    return sorted(found, key=Finding.sort_key)


def append_findings_together(
    run: Sequence[tuple[list[Finding], Shared]],
    wanted: Callable[[list[Finding]], list[Finding]] = lambda found: found,
) -> None:
    """Append to what was found in each profile of a run what several of them do to each other, as far as ``wanted``."""
    by_source = {id(mine.source): found for found, mine in run}
    for finding in wanted(findings_together([mine for _, mine in run])):
        by_source[id(finding.source)].append(finding)


def update_findings(reviewed: Review, deployed: Deployed) -> tuple[Finding, ...]:
    """What an update of ``deployed`` to this rendering would be refused for, or would leave behind."""
    from redismanifests.judge import update as against  # noqa: PLC0415 (only where something is deployed)

    manifests = [each.manifest for each in reviewed.rendering.objects]
    return against.findings(reviewed.profile, reviewed.source, manifests, deployed)
