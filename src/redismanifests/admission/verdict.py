"""Verdict: what a namespace says of a pod or a claim, as values.

Every plugin answers in these terms, so that a report can lay them out side by side. What must not come in:
a rule, and how a violation is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from redismanifests.admission.pod import Pod
    from redismanifests.core.findings import Path
    from redismanifests.core.quantity import Quantity

Constraint = Literal["min", "max", "maxLimitRequestRatio", "requestWithinLimit"]


class Change(NamedTuple):
    """One amount to write."""

    container: str
    """Empty where the amount belongs to the pod as a whole, or to a claim."""
    path: Path
    """From the spec of the pod or claim: ``("containers", 0, "resources", "limits", "cpu")``."""
    quantity: Quantity


class Violation(NamedTuple):
    """One reason for a refusal."""

    limit_range: str
    """Empty where the pod would be refused without any."""
    item_type: str
    item_path: Path
    """The entry of ``spec.limits``, from the root of what `read_limit_ranges` read."""
    constraint: Constraint
    resource: str
    subject: str
    """The name of the container, pod or claim."""
    subject_path: Path
    """From the spec of the pod: ``("initContainers", 0)``; empty for a pod or a claim."""
    side: Literal["request", "limit", "ratio"]
    asked: str
    """As the API server prints it; empty where nothing is asked."""
    allowed: str
    origin: str
    """Where what is asked comes from: WRITTEN, FROM_LIMIT, or the name of a limit range; empty for sums."""
    text: str
    """The sentence of the API server."""
    changes: tuple[Change, ...] = ()
    """The smallest change that is admitted; empty where there is none in a single container."""


class Unsettled(NamedTuple):
    """Two LimitRanges set different defaults, and the API server takes them in no order: either may win."""

    side: Literal["requests", "limits"]
    resource: str
    defaults: tuple[tuple[str, str], ...]
    """Name and quantity of each."""


class Decision(NamedTuple):
    """The pod as it would be stored, and every reason why it would not be."""

    pod: Pod
    violations: tuple[Violation, ...]
    unsettled: tuple[Unsettled, ...]

    @property
    def admitted(self) -> bool:
        """Whether the API server takes the pod."""
        return not self.violations
