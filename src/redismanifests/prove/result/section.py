"""Section: the parts of the evidence, by what a probe's code begins with.

Why: a reader looks for replication or for disks, not for a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.checks.probe import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.prove.checks.probe import Outcome

_TITLES = {
    "PB00": "Pods and servers",
    "PB01": "Replication",
    "PB02": "What the Sentinels see",
    "PB03": "Votes and timing",
    "PB04": "Persistence",
    "PB05": "Memory",
    "PB06": "Writes",
    "PB07": "Settings",
    "PB08": "Access",
    "PB10": "Objects",
    "PB11": "StatefulSets and their pods",
    "PB12": "Placement",
    "PB13": "Resources, images and admission",
    "PB14": "Claims and volumes",
    "PB15": "Services",
    "PB16": "Health checks",
    "PB17": "Monitoring",
    "PB18": "Disruption",
    "PB19": "Strain and certificates",
}
_REST = "Others"


@dataclass(frozen=True, slots=True)
class Section:
    """Outcomes that belong together, by code."""

    title: str
    outcomes: tuple[Outcome, ...]

    @property
    def status(self) -> Status:
        """The worst of them."""
        found = {outcome.status for outcome in self.outcomes}
        worst = (Status.FAILED, Status.NOT_VERIFIED)
        return next((status for status in worst if status in found), Status.PASSED)


def sections(outcomes: Iterable[Outcome]) -> tuple[Section, ...]:
    """The outcomes by section, in the order of their codes; what belongs to none comes last."""
    found: dict[str, list[Outcome]] = {title: [] for title in (*_TITLES.values(), _REST)}
    for outcome in sorted(outcomes, key=lambda each: each.code):
        found[_TITLES.get(outcome.code[:4], _REST)].append(outcome)
    return tuple(Section(title, tuple(each)) for title, each in found.items() if each)
