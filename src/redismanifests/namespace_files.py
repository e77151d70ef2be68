"""Namespace files: what the owner of the namespace wrote, read from the files that a profile names.

One file may hold several kinds, as they come out of `kubectl get`; what stands in it decides how it is read.
What must not come in: what follows for the pods (the rooms beside this one).
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NamedTuple

from redismanifests.admission.limit_range_object import LimitRange, limit_range
from redismanifests.admission.manifest import Problem, objects
from redismanifests.admission.pod_security_labels import read_labels
from redismanifests.admission.resource_quota_object import ResourceQuota, resource_quota
from redismanifests.core.findings import (
    FOREIGN_LIMITS,
    INVALID_LIMIT_RANGE,
    INVALID_POD_SECURITY_LABEL,
    INVALID_RESOURCE_QUOTA,
    Finding,
    FindingKind,
    Path,
)
from redismanifests.core.source import Source, source_from_file
from redismanifests.errors import ProfileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.profile import Profile

KINDS = ("LimitRange", "ResourceQuota", "Namespace")


class Demands(NamedTuple):
    """What the namespace demands, and what is wrong with the files that say so."""

    limit_ranges: tuple[LimitRange, ...]
    """By name."""
    quotas: tuple[ResourceQuota, ...]
    """By name."""
    labels: dict[str, str]
    """Of Pod Security."""
    findings: tuple[Finding, ...]


def read(profile: Profile, source: Source, files: Sequence[FilePath]) -> Demands:
    """The demands in ``files``, or in those that the profile names (relative to it)."""
    named: list[tuple[FilePath, Path | None]] = [(path, None) for path in files] or [
        (FilePath(source.name).parent / name, ("limits", index)) for index, name in enumerate(profile.limits)
    ]
    limit_ranges: list[LimitRange] = []
    quotas: list[ResourceQuota] = []
    labels: dict[str, str] = {}
    minor = int(profile.kubernetes_version.partition(".")[2])
    found: list[Finding] = []
    for path, setting in named:
        try:
            written = source_from_file(path)
        except ProfileRefused as refused:
            found += (
                refused.findings
                if setting is None
                else [_unread(source, setting, f) for f in refused.findings]
            )
            continue
        problems: list[Problem] = []
        for at, item in objects(written.value, KINDS, problems):
            own: list[Problem] = []
            if item["kind"] == "LimitRange":
                limit_ranges.append(limit_range(item, at, own))
                found += _at(written, INVALID_LIMIT_RANGE, own)
            elif item["kind"] == "ResourceQuota":
                quota = resource_quota(item, at, minor, own)
                quotas += [] if own else [quota]
                found += _at(written, INVALID_RESOURCE_QUOTA, own)
            else:
                labels |= read_labels(item, at, own)
                found += _at(written, INVALID_POD_SECURITY_LABEL, own)
            found += _foreign(profile, written, at, item)
        found += _at(written, INVALID_LIMIT_RANGE, problems)
    return Demands(
        tuple(sorted(limit_ranges, key=lambda each: each.name)),
        tuple(sorted(quotas, key=lambda each: each.name)),
        labels,
        tuple(found),
    )


def _at(written: Source, kind: FindingKind, problems: list[Problem]) -> Iterator[Finding]:
    for problem in problems:
        yield kind.at(written, problem.path, problem.fact, problem.fix)


def _unread(source: Source, setting: Path, finding: Finding) -> Finding:
    fact = f"{finding.source.name if finding.source else ''}: {finding.fact}"
    return INVALID_LIMIT_RANGE.at(source, setting, fact, finding.fix)


def _foreign(profile: Profile, written: Source, at: Path, item: Mapping[str, Any]) -> Iterator[Finding]:
    """What says that it is another namespace's was probably fetched with the wrong context."""
    kind = item["kind"]
    key = "name" if kind == "Namespace" else "namespace"
    metadata = item.get("metadata")
    namespace = metadata.get(key) if isinstance(metadata, dict) else None
    if namespace not in (None, profile.namespace):
        what = "these limits are" if kind == "LimitRange" else f"this {kind} is"
        fact = f"{what} of namespace {namespace}, and the profile is for {profile.namespace}"
        again = (
            f"namespace {profile.namespace}"
            if kind == "Namespace"
            else f"{kind.lower()} -n {profile.namespace}"
        )
        fix = f"fetch them again: kubectl get {again} -o yaml"
        yield FOREIGN_LIMITS.at(written, (*at, "metadata", key), fact, fix)
