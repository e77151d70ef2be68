"""Verdict: the decision of a namespace about a pod or a claim, as values.

All plugins use these values, so that a report can show them side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.values.quantity import Quantity
    from redismanifests.judge.admission.pod import Pod

Constraint = Literal["min", "max", "maxLimitRequestRatio", "requestWithinLimit"]


class Change(NamedTuple):
    """One amount to write."""

    container: str
    """Empty if the amount belongs to the whole pod, or to a claim."""
    path: Path
    """From the spec of the pod or claim: ``("containers", 0, "resources", "limits", "cpu")``."""
    quantity: Quantity


class Violation(NamedTuple):
    """One reason for a refusal."""

    limit_range: str
    """Empty if the pod would be refused without a LimitRange."""
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
    """The amount as the API server prints it; empty if there is none."""
    allowed: str
    origin: str
    """Origin of the amount: WRITTEN, FROM_LIMIT, or the name of a limit range; empty for sums."""
    text: str
    """The sentence of the API server."""
    changes: tuple[Change, ...] = ()
    """The smallest change that is admitted; empty if a change of one container is not enough."""


class Unsettled(NamedTuple):
    """Two LimitRanges set different defaults, and the API server has no order for them: either may apply."""

    side: Literal["requests", "limits"]
    resource: str
    defaults: tuple[tuple[str, str], ...]
    """Name and quantity of each."""


class Decision(NamedTuple):
    """The pod as it would be stored, and every reason for a refusal."""

    pod: Pod
    violations: tuple[Violation, ...]
    unsettled: tuple[Unsettled, ...]

    @property
    def admitted(self) -> bool:
        """Whether the API server admits the pod."""
        return not self.violations
