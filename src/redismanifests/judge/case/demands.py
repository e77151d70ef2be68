"""Namespace files: what the owner of the namespace wrote, read from the files that a profile names.

One file may hold several kinds, as they come out of `kubectl get`; its content decides how it is read.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Path, ProfileRefused, Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.source import Source, printable, source_from_file
from redismanifests.judge.admission.limit_range.limit_range_object import limit_range
from redismanifests.judge.admission.manifest import Problem, objects
from redismanifests.judge.admission.openshift import Allotment, read_annotations, stored_without_ids
from redismanifests.judge.admission.pod_security.pod_security_labels import read_labels
from redismanifests.judge.admission.resource_quota.resource_quota_object import ResourceQuota, resource_quota
from redismanifests.profile.formulas.mesh import injectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.object import Object
    from redismanifests.core.values.limit_range import LimitRange
    from redismanifests.profile.formulas.mesh import Injector
    from redismanifests.profile.model import Profile

INVALID_LIMIT_RANGE = FindingKind(
    "RM100",
    "invalid-limit-range",
    Severity.ERROR,
    "The LimitRange file is not what the API server would accept, so nothing can be judged by it. "
    "Write the file again with `kubectl get limitrange,resourcequota -o yaml`.\n\n"
    "Source: Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md.",
)

FOREIGN_LIMITS = FindingKind(
    "RM105",
    "limits-of-another-namespace",
    Severity.WARNING,
    "The LimitRange file says that it comes from another namespace than the profile's. "
    "Fetch it from the namespace of the profile, or correct the profile's namespace.\n\n"
    "Source: Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md.",
)

INVALID_RESOURCE_QUOTA = FindingKind(
    "RM107",
    "invalid-resource-quota",
    Severity.ERROR,
    "The ResourceQuota file is not what the API server would accept, so nothing can be judged by it.\n\n"
    "Most often a resource has no such name (`limits.memory`, not `memory.limits`), or a scope applies to a "
    "resource that it cannot count.\n\n"
    "Source: Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md.",
)

INVALID_POD_SECURITY_LABEL = FindingKind(
    "RM120",
    "invalid-pod-security-label",
    Severity.ERROR,
    "A label of the Namespace that begins with pod-security.kubernetes.io/ names no level, no version, or "
    "nothing that Pod Security reads. The API server refuses such a Namespace, or ignores the label without a "
    "word.\n\n"
    "Source: Kubernetes docs, Pod Security Standards; k8s.io/pod-security-admission; docs/admission.md.",
)

INVALID_ID_ANNOTATION = FindingKind(
    "RM261",
    "invalid-id-annotation",
    Severity.ERROR,
    "An annotation of the Namespace that begins with openshift.io/sa.scc. holds no ids, or no label.\n\n"
    "OpenShift could not read it either, and would admit no pod to the namespace.\n\n"
    "Source: https://docs.okd.io/latest/authentication/managing-security-context-constraints.html.",
)

KINDS = ("LimitRange", "ResourceQuota", "Namespace")


class Demands(NamedTuple):
    """What the namespace demands, and what is wrong with the files that say so."""

    limit_ranges: tuple[LimitRange, ...]
    """By name."""
    quotas: tuple[ResourceQuota, ...]
    """By name."""
    labels: dict[str, str]
    """Of Pod Security."""
    has_namespace: bool
    """Whether a Namespace was among them; without one its labels are unknown."""
    allotment: Allotment | None
    """The ids that an OpenShift namespace may use."""
    assigns_no_ids: bool
    """Whether a Namespace was among them that a cluster has stored without a range of users."""
    injectors: tuple[Injector, ...]
    """What asks for a proxy of a service mesh in every pod."""
    findings: tuple[Finding, ...]


def read(profile: Profile, source: Source, files: Sequence[FilePath]) -> Demands:
    """The demands in ``files``, or in those that the profile names (relative to it)."""
    named: list[tuple[FilePath, Path | None]] = [(path, None) for path in files] or [
        (FilePath(source.name).parent / name, ("limits", index)) for index, name in enumerate(profile.limits)
    ]
    limit_ranges: list[LimitRange] = []
    quotas: list[ResourceQuota] = []
    labels: dict[str, str] = {}
    allotment: Allotment | None = None
    has_namespace, assigns_no_ids = False, False
    proxies: tuple[Injector, ...] = ()
    minor = int(profile.kubernetes_version.partition(".")[2])
    found: list[Finding] = []
    for path, setting in named:
        if setting is not None and not below(path, source):
            fact = f"{printable(str(profile.limits[int(setting[-1])]))} lies outside of the folder of the profile"
            found.append(
                INVALID_LIMIT_RANGE.at(source, setting, fact, "move it there, or name it: --limits FILE")
            )
            continue
        try:
            written = source_from_file(path, shared=True)
        except ProfileRefused as refused:
            for each in refused.findings:
                told = each._replace(fix=_fetched(profile, each))
                found.append(told if setting is None else _unread(source, setting, told))
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
                annotated: list[Problem] = []
                allotment = read_annotations(item, at, annotated) or allotment
                # What `metadata` is, was said of the labels.
                found += _at(written, INVALID_ID_ANNOTATION, [p for p in annotated if p not in own])
                has_namespace = True
                assigns_no_ids |= stored_without_ids(item)
                proxies += injectors(item.get("metadata"))
            found += _foreign(profile, written, at, item)
        found += _at(written, INVALID_LIMIT_RANGE, problems)
    return Demands(
        tuple(sorted(limit_ranges, key=lambda each: each.name)),
        tuple(sorted(quotas, key=lambda each: each.name)),
        labels,
        has_namespace,
        allotment,
        assigns_no_ids,
        tuple(dict.fromkeys(proxies)),
        tuple(found),
    )


def below(path: FilePath, source: Source) -> bool:
    """Whether a file that a profile names lies in or below the profile's folder, links resolved.

    Messages about a file show lines of it: a user who may only change a profile must not read this machine's files in
    a CI log.
    """
    try:
        return path.resolve().is_relative_to(FilePath(source.name).parent.resolve())
    except (OSError, ValueError, RuntimeError):
        return True  # it cannot be read, which is said without content


def _at(written: Source, kind: FindingKind, problems: list[Problem]) -> Iterator[Finding]:
    for problem in problems:
        yield kind.at(written, problem.path, problem.fact, problem.fix)


def _fetched(profile: Profile, finding: Finding) -> str:
    """The fix; where a file is missing or too large, the command that writes it: `init` makes profiles, not limits."""
    too_large = finding.fact.startswith("larger than")
    if (
        not (too_large or "no such file" in finding.fact)
        or "did you mean" in finding.fix
        or not finding.source
    ):
        return finding.fix
    name = "limits.yaml" if too_large else finding.source.name
    command = f"kubectl -n {profile.namespace} get limitrange,resourcequota -o yaml > {name}"
    return f"check the path, or fetch it: {command}"


def _unread(source: Source, setting: Path, finding: Finding) -> Finding:
    name = finding.source.name if finding.source else ""
    return INVALID_LIMIT_RANGE.at(source, setting, f"{name}: {finding.fact}", finding.fix)


def _foreign(profile: Profile, written: Source, at: Path, item: Object) -> Iterator[Finding]:
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
