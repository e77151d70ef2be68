"""Rules: the index of everything that is judged, by code and by name.

What must not come in: a rule itself; each stands in the room of the feature it speaks of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.feature import Rule, SharedRule
    from redismanifests.core.findings import Finding
    from redismanifests.core.source import Source
    from redismanifests.profile import Profile

RULES: tuple[Rule, ...] = tuple(
    sorted((r for feature in FEATURES for r in feature.rules), key=lambda r: r.code)
)

SHARED_RULES: tuple[SharedRule, ...] = tuple(
    sorted((r for feature in FEATURES for r in feature.shared_rules), key=lambda r: r.code)
)


def findings(profile: Profile, source: Source | None) -> list[Finding]:
    """What every rule over the profile finds, sorted by place."""
    found = [finding for rule in RULES for finding in rule.findings(profile, source)]
    return sorted(found, key=lambda finding: finding.sort_key())


def shared_findings(judged: Sequence[tuple[Profile, Source]]) -> list[Finding]:
    """What every rule over several profiles finds among those of one run, sorted by place."""
    profiles, sources = [profile for profile, _ in judged], [source for _, source in judged]
    found = [finding for rule in SHARED_RULES for finding in rule.findings(profiles, sources)]
    return sorted(found, key=lambda finding: finding.sort_key())
