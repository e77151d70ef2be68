"""Namespace limits: the LimitRange files of a profile, and what they say of the rendered pods and claims.

Admission decides; here its verdict finds the line of the profile that must change. What must not come in: how
Kubernetes decides (admission).
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NamedTuple

from redismanifests.admission.limit_range import (
    Change,
    LimitRange,
    ManifestError,
    Unsettled,
    Violation,
    decide_claim,
    decide_pod,
    read_limit_ranges,
)
from redismanifests.core.findings import (
    ABOVE_DEFAULTED_LIMIT,
    ABOVE_MAXIMUM,
    ABOVE_RATIO,
    BELOW_MINIMUM,
    DISAGREEING_LIMITS,
    FOREIGN_LIMITS,
    INVALID_LIMIT_RANGE,
    Finding,
    Path,
)
from redismanifests.core.source import Source, source_from_file
from redismanifests.errors import ProfileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.profile import Profile
    from redismanifests.render.rendering import Rendering

SECTIONS: dict[str, Path] = {
    "redis": ("redis",),
    "sentinel": ("sentinel",),
    "redis-exporter": ("exporters", "redis"),
    "sentinel-exporter": ("exporters", "sentinel"),
}
"""Section of the profile that sets the resources of a container."""

KINDS = {
    "min": BELOW_MINIMUM,
    "max": ABOVE_MAXIMUM,
    "maxLimitRequestRatio": ABOVE_RATIO,
    "requestWithinLimit": ABOVE_DEFAULTED_LIMIT,
}


class Demands(NamedTuple):
    """The LimitRanges of the namespace, and what is wrong with their files."""

    limit_ranges: tuple[LimitRange, ...]
    findings: tuple[Finding, ...]


def read(profile: Profile, source: Source, files: Sequence[FilePath]) -> Demands:
    """The LimitRanges in ``files``, or in those that the profile names (relative to it)."""
    named: list[tuple[FilePath, Path | None]] = [(path, None) for path in files] or [
        (FilePath(source.name).parent / name, ("limits", index)) for index, name in enumerate(profile.limits)
    ]
    limit_ranges: list[LimitRange] = []
    found: list[Finding] = []
    for path, setting in named:
        try:
            limits = source_from_file(path)
        except ProfileRefused as refused:
            found += (
                refused.findings
                if setting is None
                else [_unread(source, setting, f) for f in refused.findings]
            )
            continue
        try:
            limit_ranges += read_limit_ranges(limits.value)
        except ManifestError as error:
            for problem in error.problems:
                found.append(INVALID_LIMIT_RANGE.at(limits, problem.path, problem.fact, problem.fix))
        found += _foreign(profile, limits)
    return Demands(tuple(sorted(limit_ranges, key=lambda limit_range: limit_range.name)), tuple(found))


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
    subject = violation.subject if violation.subject_path else f"pods of {violation.subject}"
    return _finding(source, violation, path, subject, [_written(change) for change in violation.changes])


def _claim_refused(source: Source, violation: Violation, component: str) -> Finding:
    path = (component, "storage", "size")
    changes = [f"{'.'.join(map(str, path))} to {change.quantity}" for change in violation.changes]
    return _finding(source, violation, path, f"claim {violation.subject} of {component}", changes)


def _finding(source: Source, violation: Violation, path: Path, subject: str, changes: list[str]) -> Finding:
    whose = f"LimitRange {violation.limit_range}: " if violation.limit_range else ""
    fix = (
        f"set {' and '.join(changes)}"
        if changes
        else "ask the owner of the namespace, or change several containers"
    )
    return KINDS[violation.constraint].at(source, path, f"{subject}: {whose}{violation.text}", fix)


def _setting(violation: Violation, component: str) -> Path:
    if violation.changes:
        return _path(violation.changes[0])
    section = SECTIONS.get(violation.subject, (component,))
    side = "limits" if violation.side == "limit" else "requests"
    return (*section, "resources", side, violation.resource)


def _path(change: Change) -> Path:
    return (*SECTIONS[change.container], *change.path[-3:])


def _written(change: Change) -> str:
    return f"{'.'.join(map(str, _path(change)))} to {change.quantity}"


def _unread(source: Source, setting: Path, finding: Finding) -> Finding:
    fact = f"{finding.source.name if finding.source else ''}: {finding.fact}"
    return INVALID_LIMIT_RANGE.at(source, setting, fact, finding.fix)


def _foreign(profile: Profile, limits: Source) -> Iterator[Finding]:
    """Limits that say they are another namespace's were probably fetched with the wrong context."""
    root = limits.value
    items = root.get("items") if isinstance(root, dict) and "items" in root else [root]
    for index, item in enumerate(items if isinstance(items, list) else ()):
        metadata = item.get("metadata") if isinstance(item, dict) else None
        namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
        if namespace not in (None, profile.namespace):
            prefix: Path = ("items", index) if items is not root and "items" in root else ()
            fact = f"these limits are of namespace {namespace}, and the profile is for {profile.namespace}"
            fix = f"fetch them again: kubectl get limitrange -n {profile.namespace} -o yaml"
            yield FOREIGN_LIMITS.at(limits, (*prefix, "metadata", "namespace"), fact, fix)


def _disagreement(source: Source, unsettled: Unsettled) -> Finding:
    said = ", ".join(f"{name} says {quantity}" for name, quantity in unsettled.defaults)
    whose = f"{unsettled.side} of {unsettled.resource}"
    fact = f"two LimitRanges set another default for {whose}, in no order: {said}"
    fix = f"set {unsettled.resource} in the profile, so that no default is needed"
    return DISAGREEING_LIMITS.at(source, ("limits",), fact, fix)
