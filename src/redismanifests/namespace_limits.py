"""Namespace limits: what the LimitRanges of the namespace say of the rendered pods and claims.

Admission decides; here its verdict finds the line of the profile that must change. What must not come in: how
Kubernetes decides (admission).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.admission.limit_range import (
    Unsettled,
    Violation,
    decide_claim,
    decide_pod,
)
from redismanifests.core.findings import (
    ABOVE_DEFAULTED_LIMIT,
    ABOVE_MAXIMUM,
    ABOVE_RATIO,
    BELOW_MINIMUM,
    DISAGREEING_LIMITS,
    Change,
    Finding,
    Path,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.source import Source
    from redismanifests.namespace_files import Demands
    from redismanifests.profile import Profile
    from redismanifests.render.rendering import Rendering

SECTIONS: dict[str, Path] = {
    "redis": ("redis",),
    "sentinel": ("sentinel",),
    "redis-exporter": ("exporters", "redis"),
    "sentinel-exporter": ("exporters", "sentinel"),
    "redis-exporter-password": ("exporters", "redis"),
    "sentinel-exporter-password": ("exporters", "sentinel"),
}
"""Section of the profile that sets the resources of a container."""

KINDS = {
    "min": BELOW_MINIMUM,
    "max": ABOVE_MAXIMUM,
    "maxLimitRequestRatio": ABOVE_RATIO,
    "requestWithinLimit": ABOVE_DEFAULTED_LIMIT,
}


def findings(profile: Profile, source: Source, rendering: Rendering, demands: Demands) -> Iterator[Finding]:
    """Every reason for which the namespace would refuse a rendered pod or claim, at the setting that must change."""
    if not demands.limit_ranges:
        return
    minor = int(profile.kubernetes_version.partition(".")[2])
    for item in rendering.objects:
        if item.manifest["kind"] != "StatefulSet":
            continue
        spec = item.manifest["spec"]
        decision = decide_pod(
            demands.limit_ranges, spec["template"]["spec"], item.manifest["metadata"]["name"], minor
        )
        for violation in decision.violations:
            # A request over a limit that both stand in the profile is a rule's business (RM030).
            if violation.limit_range or violation.constraint != "requestWithinLimit":
                yield _refused(source, violation, _component(item.manifest))
        for unsettled in decision.unsettled:
            yield _disagreement(source, unsettled)
        for claim in spec.get("volumeClaimTemplates", ()):
            for violation in decide_claim(demands.limit_ranges, claim):
                yield _claim_refused(source, violation, _component(item.manifest))


def _component(manifest: dict[str, Any]) -> str:
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
