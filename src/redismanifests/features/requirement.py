"""Requirement: what the deployment was asked for, and what proves that it is so: probes that pass, drills that hold.

Why: a report of a verification ends in a table of what was asked for; a team has words and numbers of its own for it.
What must not come in: how a probe or a drill comes out (verification), which probes there are (proofs.py).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from redismanifests.core.bounded import Interval
from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.core.setting import Section, setting
from redismanifests.core.source import Number
from redismanifests.facts.drill import Kind
from redismanifests.facts.recovery import recovery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

LONGEST_ID, LONGEST_TEXT = 40, 500
"""A number or a short name, and a sentence or three: both are cells of a table."""


def _unquoted(value: object) -> object:
    # YAML reads 23.30 as a number, and would call it 23.3; the text that was written is still known.
    number = isinstance(value, (Number, int)) and not isinstance(value, bool)
    return str(value) if number else value


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("nothing is said: write what is asked for")
    return text


ProbeCode = Annotated[str, StringConstraints(pattern=r"^PB[0-9]{3}$")]
RequirementId = Annotated[str, BeforeValidator(_unquoted), AfterValidator(_said)]


class Requirement(Section):
    """One thing that the deployment was asked for; it is met when every proof was seen to hold."""

    id: RequirementId = setting(
        ..., "How it is called where it was written.", examples=["23.30"], max_length=LONGEST_ID
    )
    text: Annotated[str, AfterValidator(_said)] = setting(
        ..., "What is asked for.", examples=["a new master within 30 seconds"], max_length=LONGEST_TEXT
    )
    probes: tuple[ProbeCode, ...] = setting(
        (), "Codes of probes that must pass (docs/probes.md).", examples=[["PB022", "PB025"]]
    )
    drills: tuple[Kind, ...] = setting(
        (), "Drills that must hold: they break the running deployment.", examples=[["failover"]]
    )
    within: Interval | None = setting(
        None, "Longest time without an acknowledged write in each of these drills.", examples=["30s"]
    )


@rule("RM187", Severity.WARNING)
def requirement_without_proof(profile: Profile) -> Iterator[Fault]:
    """A requirement names nothing that could show that it is met, so every report says that it is not verified.

    A time is measured by a drill: a probe looks at a deployment that nobody breaks.

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
    """A requirement demands a failover that is faster than one that goes well is by these settings.

    A drill may still be faster than the bound, for that holds for the slowest failover; the next one need not be.

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
                fix="shorten sentinel.downAfter, or demand what can be kept",
            )


@rule("RM189", Severity.ERROR)
def repeated_requirement(profile: Profile) -> Iterator[Fault]:
    """Two requirements have one id: nobody could say which of them a report speaks of, or what became of it since.

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


FEATURE = Feature(
    "requirements", rules=(requirement_without_proof, requirement_faster_than_recovery, repeated_requirement)
)
