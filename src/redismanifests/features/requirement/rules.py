"""Requirement rules: settings that do not work together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived.recovery import recovery
from redismanifests.profile.formulas.drill import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM187", Severity.WARNING)
def requirement_without_proof(profile: Profile) -> Iterator[Fault]:
    """A requirement names no proof, so every report shows it as not verified.

    Only a drill measures a time: a live check reads a deployment in which nothing is broken.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    requirements:
      - {id: "1", text: a new master within 20 seconds, probes: [PB022], within: 20s}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    requirements:
      - {id: "1", text: a new master within 20 seconds, probes: [PB022], drills: [failover], within: 20s}
    ```
    Source: docs/report.md; https://sre.google/sre-book/testing-reliability/ (what was not tried is not known).
    """
    for index, requirement in enumerate(profile.requirements):
        path = ("requirements", index)
        if requirement.within and not requirement.drills:
            yield Fault(
                path=(*path, "within"),
                fact=f"no drill of this requirement measures whether it is within {requirement.within}",
                fix="add drills: [failover]",
            )
        elif not requirement.probes and not requirement.drills:
            yield Fault(
                path=path,
                fact=f"neither a probe nor a drill shows that {requirement.id} is met",
                fix="name probes (docs/probes.md) or drills that show it",
            )


@rule("RM188", Severity.WARNING)
def requirement_faster_than_recovery(profile: Profile) -> Iterator[Fault]:
    """A requirement demands a faster failover than these settings allow, even when nothing goes wrong.

    A drill may still be faster, because the bound is that of the slowest failover. The next failover may be slower.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    requirements:
      - {id: "1", text: a new master within 5 seconds, drills: [failover], within: 5s}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    requirements:
      - {id: "1", text: a new master within 20 seconds, drills: [failover], within: 20s}
    ```
    Source: sentinel.c (periods); measured (docs/design.md, Recovery); https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    bound = recovery(profile).normal_ms
    for index, requirement in enumerate(profile.requirements):
        within = requirement.within
        if within and Kind.FAILOVER in requirement.drills and within.milliseconds < bound:
            yield Fault(
                path=("requirements", index, "within"),
                fact=f"a failover takes up to {bound / 1000:g}s with these settings, and {within} is demanded",
                fix="shorten sentinel.downAfter, or demand a time that can be met",
            )


@rule("RM189", Severity.ERROR)
def repeated_requirement(profile: Profile) -> Iterator[Fault]:
    """Two requirements have one id: a report cannot be assigned to one of them, or compared with an earlier report.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    requirements:
      - {id: "1", text: one master, probes: [PB010]}
      - {id: "1", text: every write arrives, probes: [PB061]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    requirements:
      - {id: "1", text: one master, probes: [PB010]}
      - {id: "2", text: every write arrives, probes: [PB061]}
    ```
    Source: docs/report.md; https://sre.google/sre-book/testing-reliability/.
    """
    counts = Counter(requirement.id for requirement in profile.requirements)
    first: set[str] = set()
    for index, requirement in enumerate(profile.requirements):
        if requirement.id in first:
            yield Fault(
                path=("requirements", index, "id"),
                fact=f"{counts[requirement.id]} requirements are called {requirement.id}",
                fix="give each an id of its own",
            )
        first.add(requirement.id)
