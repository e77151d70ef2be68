"""Rules: the index of everything that is judged, by code and by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from redismanifests import features
from redismanifests.core.feature import rules_in, shared_rules_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.feature import Rule, SharedRule
    from redismanifests.core.findings import Document, Finding
    from redismanifests.judge.case.case import Case
    from redismanifests.profile.derived.members import Neighbour
    from redismanifests.profile.model import Profile

_MODULES = tuple(import_module(f"redismanifests.features.{name}") for name in features.RULES)
RULES: tuple[Rule[Profile], ...] = rules_in(_MODULES)
SHARED_RULES: tuple[SharedRule[Neighbour], ...] = shared_rules_in(_MODULES)


def findings(case: Case) -> Iterator[Finding]:
    """What every rule over the profile, as its namespace admits it, finds."""
    stored = case.admitted
    for rule in RULES:
        for finding in rule.findings(stored.profile, case.source, stored.defaults):
            # RM104 has reported a request above the limit where only one of the two is written.
            limit = (*finding.path[:-2], "limits", *finding.path[-1:])
            if finding.code != "RM030" or not {finding.path, limit} & stored.filled.keys():
                yield finding


def shared_findings(judged: Sequence[tuple[Neighbour, Document]]) -> list[Finding]:
    """What every rule over several profiles finds among those of one run."""
    deployments, sources = [each for each, _ in judged], [source for _, source in judged]
    return [finding for rule in SHARED_RULES for finding in rule.findings(deployments, sources)]
