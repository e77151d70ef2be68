"""Claim: the claim templates of a StatefulSet, which stay as they were, and their volumes, which only grow.

The API server compares the whole list, so a larger size is refused like any other change: the claims themselves are
grown, and then the StatefulSet is replaced without its pods. Source: Kubernetes, ValidateStatefulSetUpdate and
ValidatePersistentVolumeClaimUpdate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.update.identity import IMMUTABLE_FIELD, component, name, namespace, pods, recreated
from redismanifests.judge.update.leaving import VOLUMES_LEFT_BEHIND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source

CLAIM_GROWS = FindingKind(
    "RM152",
    "claim-grows",
    Severity.ERROR,
    """
    The profile asks for larger volumes than there are. The volumes can grow, where their class allows it; the
    template that they were made from cannot change.

    So, in this order: patch each claim to the new size, wait until it has it, delete the StatefulSet with
    `--cascade=orphan` (its pods go on running), apply what is rendered. No pod restarts for it.

    Source: Kubernetes, ValidateStatefulSetUpdate; Kubernetes docs, expanding persistent volume claims.
    """,
    waivable=False,
)

CLAIM_SHRINKS = FindingKind(
    "RM151",
    "claim-shrinks",
    Severity.ERROR,
    """
    The profile asks for smaller volumes than there are. No volume shrinks, and the template of a claim cannot
    change.

    Smaller volumes are new volumes: `redismanifests explain RM150` says in which order.

    Source: Kubernetes, pkg/apis/core/validation/validation.go, ValidatePersistentVolumeClaimUpdate.
    """,
    waivable=False,
)


_COMPLETED = ("apiVersion", "kind", "status")
"""What the API server puts into a template, and nothing reads."""


def changes(
    source: Source, old: Manifest, new: Manifest, claims: Mapping[str, Manifest]
) -> Iterator[Finding]:
    """What becomes of the volumes of a StatefulSet; ``claims`` are those that exist, where that is known."""
    was, is_ = _templates(old), _templates(new)
    for template in was.keys() - is_.keys():
        fact = f"the volumes {template}-{name(new)}-* would stay, unused: StatefulSet {name(new)} no longer claims them"
        fix = f"set {component(new)}.storage.kind to claim again, or, if their data may go:\n{recreated(new)}"
        yield VOLUMES_LEFT_BEHIND.at(source, _storage(new, "kind"), fact, fix)
    for template in is_.keys() - was.keys():
        fact = (
            f"StatefulSet {name(new)} is deployed without the claim {template}, and templates of claims stay"
        )
        steps = (
            f"{recreated(new)}\ndelete its pods one at a time: only new pods get a volume, and start empty"
        )
        yield IMMUTABLE_FIELD.at(source, _storage(new, "kind"), fact, steps)
    for template in was.keys() & is_.keys():
        yield from _of_one(source, old, new, template, claims)


def _of_one(
    source: Source, old: Manifest, new: Manifest, template: str, claims: Mapping[str, Manifest]
) -> Iterator[Finding]:
    was, is_ = _templates(old)[template], _templates(new)[template]
    yield from _size(source, old, new, template, claims)
    before, after = (one["spec"].get("storageClassName") for one in (was, is_))
    if before != after:
        path = _storage(new, "storageClassName")
        path = path if source.has(path) else ("storage", "storageClassName")
        claims_ = f"{template}-{name(new)}-*"
        fact = f"the claims {claims_} keep their class, {before or 'the default one'}; {after or 'none'} is written"
        back = f"set it to {before} again" if before else "leave it out again"
        yield IMMUTABLE_FIELD.at(
            source, path, fact, f"{back}: only new volumes have another class (explain RM150)"
        )
    if _other_fields(was) != _other_fields(is_):
        fact = f"StatefulSet {name(new)} is deployed with another claim template {template} than this one"
        yield IMMUTABLE_FIELD.at(source, (component(new), "storage"), fact, recreated(new))


def _size(
    source: Source, old: Manifest, new: Manifest, template: str, claims: Mapping[str, Manifest]
) -> Iterator[Finding]:
    before, after = (Quantity.parse(_request(_templates(one)[template])) for one in (old, new))
    names = tuple(f"{template}-{pod}" for pod in pods(old))
    sizes = [Quantity.parse(_request(claims[one])) for one in names if one in claims]
    largest = max(sizes, default=before)
    path = _storage(new, "size")
    if after < largest:
        fact = (
            f"the claims {template}-{name(new)}-* have {largest} each, and a claim cannot shrink to {after}"
        )
        fix = f"set size to {largest} again; smaller volumes are new volumes (explain RM151)"
        yield CLAIM_SHRINKS.at(source, path, fact, fix)
    elif after != before:
        grown = bool(sizes) and all(size == after for size in sizes)
        fact = (
            f"the claims of StatefulSet {name(new)} have {after} already, and its template says {before}"
            if grown
            else f"StatefulSet {name(new)} claims {before} a pod and takes no other size: first its claims must grow"
        )
        yield CLAIM_GROWS.at(source, path, fact, recreated(new) if grown else _growing(new, names, after))


def _growing(new: Manifest, names: tuple[str, ...], size: Quantity) -> str:
    where = namespace(new)
    patch = f'{{"spec":{{"resources":{{"requests":{{"storage":"{size}"}}}}}}}}'
    return (
        "see that ALLOWVOLUMEEXPANSION is true for their class: kubectl get storageclass\n"
        f"grow each claim: for claim in {' '.join(names)}; do kubectl -n {where} patch pvc $claim -p '{patch}'; done\n"
        f"wait until all have it: kubectl -n {where} get pvc {' '.join(names)}\n{recreated(new)}"
    )


def _templates(manifest: Manifest) -> dict[str, Manifest]:
    return {name(claim): claim for claim in manifest["spec"].get("volumeClaimTemplates") or ()}


def _request(claim: Manifest) -> str:
    return str(claim["spec"]["resources"]["requests"]["storage"])


def _storage(manifest: Manifest, setting: str) -> Path:
    return (component(manifest), "storage", setting)


def _other_fields(claim: Manifest) -> Manifest:
    """All that is compared, but for class and size, as the API server completes it."""
    metadata = {
        key: value for key, value in claim["metadata"].items() if key != "creationTimestamp" and value
    }
    spec = {"volumeMode": "Filesystem"} | {
        key: value for key, value in claim["spec"].items() if key not in ("storageClassName", "resources")
    }
    rest = {k: v for k, v in claim.items() if k not in (*_COMPLETED, "metadata", "spec")}
    return {**rest, "metadata": metadata, "spec": spec}
