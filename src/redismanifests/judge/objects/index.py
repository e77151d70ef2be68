"""Index: the rules over rendered objects, by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import rules_in
from redismanifests.judge.foreign import returning, voting, watching
from redismanifests.judge.objects import ending, failover, order, overlay, probing, secret, upkeep
from redismanifests.judge.objects.objects import Manifests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.feature import Rule
    from redismanifests.core.findings import Finding
    from redismanifests.judge.case.case import Case


MANIFEST_RULES: tuple[Rule[Manifests], ...] = rules_in(
    (ending, failover, order, overlay, probing, secret, upkeep, voting, watching, returning)
)


def findings(case: Case) -> Iterator[Finding]:
    """What every rule finds in the objects as the namespace stores them."""
    objects = Manifests(case.admitted.manifests)
    for rule in MANIFEST_RULES:
        yield from rule.findings(objects, case.source)
