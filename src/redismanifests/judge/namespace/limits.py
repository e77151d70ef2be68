"""Namespace limits: what the LimitRanges of the namespace say of the rendered pods and claims.

Admission decides; here its verdict finds the line of the profile that must change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Change, Finding, FindingKind, Path, Severity
from redismanifests.judge.admission.limit_range.limit_range import (
    Unsettled,
    Violation,
    decide_claim,
)
from redismanifests.judge.case.section import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.case.case import Case

BELOW_MINIMUM = FindingKind(
    "RM101",
    "below-namespace-minimum",
    Severity.ERROR,
    "A container, pod or claim asks for less than the namespace's LimitRange demands, after its defaults.\n\n"
    "The API server refuses the pod; the StatefulSet then stays at zero pods, and only its events say why.\n\n"
    "Source: Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md.",
)

ABOVE_MAXIMUM = FindingKind(
    "RM102",
    "above-namespace-maximum",
    Severity.ERROR,
    "A container, pod or claim asks for more than the namespace's LimitRange allows, after its defaults. A "
    "limit that is missing counts as too large.\n\n"
    "Source: Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md.",
)

ABOVE_RATIO = FindingKind(
    "RM103",
    "above-namespace-ratio",
    Severity.ERROR,
    "Limit and request are further apart than the LimitRange's maxLimitRequestRatio, after its defaults.\n\n"
    "The API server refuses the pod. Raise the request or lower the limit: with a ratio of 2, a limit of 1Gi needs a "
    "request of 512Mi or more. Where the profile sets neither, the LimitRange's own defaults are too far apart.\n\n"
    "Source: Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md.",
)

ABOVE_DEFAULTED_LIMIT = FindingKind(
    "RM104",
    "request-above-defaulted-limit",
    Severity.ERROR,
    "The profile sets a request and no limit, the LimitRange's default becomes the limit, and the request is "
    "above it: the API server refuses the pod.\n\n"
    "Set the limit yourself, at least as large as the request: with a default of 200m and a request of 250m, set "
    "limits.cpu to 250m or more.\n\n"
    "Source: Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md.",
)

DISAGREEING_LIMITS = FindingKind(
    "RM106",
    "limit-ranges-disagree",
    Severity.NOTE,
    "Two LimitRanges of the namespace have different defaults for one resource. The API server takes them in "
    "no fixed order, so what a pod gets is chance.\n\n"
    "Source: Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md.",
)

KINDS = {
    "min": BELOW_MINIMUM,
    "max": ABOVE_MAXIMUM,
    "maxLimitRequestRatio": ABOVE_RATIO,
    "requestWithinLimit": ABOVE_DEFAULTED_LIMIT,
}


def findings(case: Case) -> Iterator[Finding]:
    """Every reason for which the namespace would refuse a rendered pod or claim, at the setting that must change."""
    source = case.source
    for number, decision in case.admitted.decisions.items():
        manifest = case.rendering.objects[number].manifest
        for violation in decision.violations:
            # If the profile sets both request and limit, RM030 reports it.
            if violation.limit_range or violation.constraint != "requestWithinLimit":
                yield _refused(source, violation, _component(manifest))
        for unsettled in decision.unsettled:
            yield _disagreement(source, unsettled)
        for claim in manifest["spec"].get("volumeClaimTemplates", ()):
            for violation in decide_claim(case.demands.limit_ranges, claim):
                yield _claim_refused(source, violation, _component(manifest))


def _component(manifest: Manifest) -> str:
    return str(manifest["metadata"]["labels"]["app.kubernetes.io/component"])


def _refused(source: Source, violation: Violation, component: str) -> Finding:
    path = _setting(violation, component)
    changes = _changes(violation)
    subject = violation.subject if violation.subject_path else f"pods of {violation.subject}"
    return _finding(source, violation, path, subject, changes)


def _claim_refused(source: Source, violation: Violation, component: str) -> Finding:
    path = (component, "storage", "size")
    changes = tuple(Change(path, str(change.quantity)) for change in violation.changes)
    return _finding(source, violation, path, f"claim {violation.subject} of {component}", changes)


def _finding(
    source: Source, violation: Violation, path: Path, subject: str, changes: tuple[Change, ...]
) -> Finding:
    whose = f"LimitRange {violation.limit_range}: " if violation.limit_range else ""
    fix = (
        f"set {' and '.join(f'{_dotted(change.path)} to {change.value}' for change in changes)}"
        if changes
        else "ask the owner of the namespace, or change several containers"
    )
    return KINDS[violation.constraint].at(
        source, path, f"{subject}: {whose}{violation.text}", fix, changes=changes
    )


def _setting(violation: Violation, component: str) -> Path:
    if violation.changes:
        return _changes(violation)[0].path
    section = SECTIONS.get(violation.subject, (component,))
    side = "limits" if violation.side == "limit" else "requests"
    return (*section, "resources", side, violation.resource)


def _changes(violation: Violation) -> tuple[Change, ...]:
    """The amounts to write, as settings."""
    return tuple(
        Change((*SECTIONS[change.container], *change.path[-3:]), str(change.quantity))
        for change in violation.changes
    )


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _disagreement(source: Source, unsettled: Unsettled) -> Finding:
    said = ", ".join(f"{name} says {quantity}" for name, quantity in unsettled.defaults)
    whose = f"{unsettled.side} of {unsettled.resource}"
    fact = f"two LimitRanges set another default for {whose}, in no order: {said}"
    fix = f"set {unsettled.resource} in the profile, so that no default is needed"
    return DISAGREEING_LIMITS.at(source, ("limits",), fact, fix)
