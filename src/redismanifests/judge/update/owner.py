"""Owner: objects that another tool made, and which of them this deployment would take away or reach.

Applying a rendered Service over one of the same name leads it to other pods: the clients of the first lose theirs.
Sources of the marks: Helm (pkg/action/validate.go), Argo CD (resource tracking), Flux (kustomize- and helm-controller),
Kubernetes (ownerReferences). Out of scope: objects without a mark, whose origin is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.object import Manifest
from redismanifests.core.sources.source import printable
from redismanifests.core.values.scalar import shortened
from redismanifests.judge.foreign.origin import MANAGED, OURS
from redismanifests.judge.foreign.server import KINDS, servers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.core.sources.source import Source
    from redismanifests.profile.model import Profile

OWNED_BY_OTHERS = FindingKind(
    "RM244",
    "names-of-another-deployment",
    Severity.ERROR,
    """
    Objects of a Helm release, an Argo CD application, a Flux object or an operator have names that this deployment
    would take, or Services of the one would lead to pods of the other.

    A Service that is applied over another leads to other pods at once: the clients of the first lose their Redis,
    and names such as redis-node-0.redis-headless, which its replicas and Sentinels announce, end. Afterwards both
    tools write the same objects, in turns. A StatefulSet of the same name is refused, or takes over pods that are
    built in another way.

    So the new deployment starts beside the old one, under a name of its own; then the data are moved, then the
    clients, and the old one is removed last.

    Source: Helm, pkg/action/validate.go; Argo CD docs, resource tracking; Kubernetes docs, owners and dependents.
    """,
    waivable=False,
)

ONLY_OF_OTHERS = FindingKind(
    "RM335",
    "only-objects-of-others",
    Severity.ERROR,
    """
    What was given to `--against` belongs to others, all of it, and no name of theirs would be taken.

    Nothing was compared, so that no finding means nothing. Both would run beside each other, with different data: an
    application that changes its address loses what it has stored.

    Source: docs/operations.md.
    """,
    waivable=False,
)

Named = dict[tuple[str, str], Manifest]
"""Objects by kind and name."""
_POD_NAME = "statefulset.kubernetes.io/pod-name"
_MOST_NAMES = 6


def owner(manifest: Manifest) -> str:
    """Whose an object is by its marks; empty where it is ours, or where nothing says."""
    labels, annotations = _texts(manifest, "labels"), _texts(manifest, "annotations")
    if labels.get(MANAGED) == OURS:
        return ""
    for reference in manifest["metadata"].get("ownerReferences") or ():
        if isinstance(reference, dict) and reference.get("controller"):
            return f"{reference.get('kind')} {reference.get('name')} (an operator's)"
    release = annotations.get("meta.helm.sh/release-name") or labels.get("release", "")
    chart = labels.get("helm.sh/chart") or labels.get("chart", "")
    helm = "Helm" in (labels.get(MANAGED), labels.get("heritage"))
    if helm or "meta.helm.sh/release-name" in annotations or "helm.sh/chart" in labels:
        named = release or labels.get("app.kubernetes.io/instance", "")
        return " ".join(filter(None, ("Helm release", named, f"(chart {chart})" if chart else "")))
    if tracked := annotations.get("argocd.argoproj.io/tracking-id") or labels.get(
        "argocd.argoproj.io/instance"
    ):
        return f"Argo CD application {tracked.partition(':')[0]}"
    for kind in ("helm", "kustomize"):
        if flux := labels.get(f"{kind}.toolkit.fluxcd.io/name"):
            return f"Flux {'HelmRelease' if kind == 'helm' else 'Kustomization'} {flux}"
    return labels.get(MANAGED, "")


def others(profile: Profile, source: Source, deployed: Iterable[Manifest]) -> Iterator[Finding]:
    """One finding where a Redis of others is all that there is; other applications beside us are no concern."""
    there = tuple(deployed)
    running = {owner(dict(each.manifest)) for each in servers(there)} - {""}
    owned = [each for one in there if (each := owner(one)) in running]
    if owned:
        number = f"{len(owned)} object{'s' * (len(owned) > 1)}"
        whose = shortened(sorted(set(owned)), _MOST_NAMES)
        fact = f"nothing here is of {profile.name}: {number} of {whose}, whose names stay"
        fix = (
            f"deploy {profile.name} beside it, move data and clients, then remove the other\n"
            f"or compare with objects of {profile.name}"
        )
        yield ONLY_OF_OTHERS.at(source, ("name",), printable(fact), fix)


def taken(
    profile: Profile,
    source: Source,
    wanted: Named,
    there: Named,
) -> Iterator[Finding]:
    """One finding an owner, where names of theirs would be taken or Services would lead to the pods of the other."""
    owners = {key: owner(one) for key, one in there.items()}
    for each in sorted({whose for whose in owners.values() if whose}):
        theirs = {key: one for key, one in there.items() if owners[key] == each}
        names = [f"{kind} {called}" for kind, called in theirs if (kind, called) in wanted]
        crossed = [*_selecting(wanted, theirs, each), *_selecting(theirs, wanted, profile.name)]
        if not names and not crossed:
            continue
        facts = [f"applying would take {shortened(names, _MOST_NAMES)} from {each}"] if names else []
        others = len(theirs) - len(names)
        facts += [f"which has {others} more object{'s' * (others > 1)} here"] if names and others else []
        fix = (
            f"deploy beside it under another name, such as {profile.name}-ha, move data and clients, then remove the "
            f"other\nor compare with objects of {profile.name} only, if {each} is not in this cluster"
        )
        yield OWNED_BY_OTHERS.at(source, ("name",), printable("; ".join([*facts, *crossed])), fix)


def _selecting(services: Named, workloads: Named, whose: str) -> Iterator[str]:
    """Services of one side that would lead to pods of the other."""
    for (kind, called), service in services.items():
        selector = service.get("spec", {}).get("selector") if kind == "Service" else None
        if not isinstance(selector, dict) or (kind, called) in workloads:
            continue
        # The Service of one pod names it; a StatefulSet of that name would be taken, and is named already.
        wanted = {key: value for key, value in selector.items() if key != _POD_NAME}
        if not wanted:
            continue
        for (other, workload), manifest in workloads.items():
            if other in KINDS and wanted.items() <= _pod_labels(manifest).items():
                yield f"Service {called} would lead to pods of {other} {workload} of {whose}"


def _pod_labels(manifest: Manifest) -> dict[str, str]:
    return _texts(manifest.get("spec", {}).get("template", {}), "labels")


def _texts(manifest: Manifest, key: str) -> dict[str, str]:
    found = (manifest.get("metadata") or {}).get(key)
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
