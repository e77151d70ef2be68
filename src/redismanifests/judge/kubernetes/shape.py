"""Shape: checks whether an object from outside has the field types of its kind.

Limits, dumps, deployed objects and manifests to rehearse are read field by field; a wrong type would cause a traceback
far from its origin. So each object is checked on input. Fields without a schema are ignored, because a newer cluster
may have them. Out of scope: our own rules, and kinds without a schema beyond their metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.judge.kubernetes import pool
from redismanifests.judge.kubernetes.decoded import schema_version
from redismanifests.judge.kubernetes.judge import violations
from redismanifests.judge.kubernetes.violation import Violation, missing_field, wrong_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Manifest

_TEXTS = ("name", "namespace", "uid", "resourceVersion")
_TABLES = ("labels", "annotations")
_LISTED_BY = ("name", "ready", "restartCount", "status", "type")
"""Fields that identify an entry of a list in a status: a container's state, a condition."""
_NEEDED = {
    "CronJob": (
        ("spec", "jobTemplate", "spec", "template", "spec"),
        ("spec", "jobTemplate", "spec", "template", "spec", "volumes?", "*", "configMap?", "name"),
    ),
    "LimitRange": (("spec",),),
    "NetworkPolicy": (("spec",),),
    "Pod": (("spec",),),
    "PersistentVolumeClaim": (("spec",),),
    "PodDisruptionBudget": (("spec",),),
    "Service": (("spec",),),
    "Deployment": (
        ("spec",),
        ("spec", "template", "spec"),
        ("spec", "template", "spec", "volumes?", "*", "configMap?", "name"),
    ),
    "StatefulSet": (
        ("spec",),
        ("spec", "template", "spec"),
        ("spec", "template", "metadata"),
        ("spec", "template", "spec", "volumes?", "*", "configMap?", "name"),
        ("spec", "volumeClaimTemplates?", "*", "metadata", "name"),
        ("spec", "volumeClaimTemplates?", "*", "spec"),
    ),
}
"""Fields that each stored object of a kind has, although its schema does not require them.

``*`` is every entry; what ends with ``?`` may be missing.
"""


def shape_faults(obj: object, *, named: bool = True) -> list[Violation]:
    """Every violation that prevents reading the object as its kind; ``named``: whether it must have a name."""
    if not isinstance(obj, dict):
        return [wrong_type((), ("object",), obj)]
    found = list(_common(obj, named=named))
    kind = obj.get("kind")
    if not isinstance(kind, str) or found:
        return found
    if (version := schema_version(str(obj["apiVersion"]), kind)) is not None:
        judged = {**obj, "apiVersion": version}
        found += [each for each in violations(judged, pool.supported_versions()[-1]) if not _harmless(each)]
    return found or list(_nulls(obj, ())) or list(missing_parts(obj))


def _nulls(value: object, path: Path) -> Iterator[Violation]:
    """Null entries of lists: the schemas accept them, but no API server stores one."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from _nulls(inner, (*path, key))
    for index, inner in enumerate(value) if isinstance(value, list) else ():
        if inner is None:
            yield wrong_type((*path, index), ("object",), inner)
        yield from _nulls(inner, (*path, index))


def _harmless(violation: Violation) -> bool:
    """Whether a violation is ignored: an unknown field, or a missing field of a status that is not listed above."""
    if violation.unknown:
        return True
    listed = any(f'missing field "{name}"' in violation.message for name in _LISTED_BY)
    return violation.path[:1] == ("status",) and "missing field" in violation.message and not listed


def _common(obj: Manifest, *, named: bool) -> Iterator[Violation]:
    for field in ("apiVersion", "kind"):
        if field not in obj:
            yield missing_field((), field)
        elif not isinstance(obj[field], str):
            yield wrong_type((field,), ("string",), obj[field])
    metadata = obj.get("metadata")
    if metadata is None and not named:
        return
    if not isinstance(metadata, dict):
        yield (
            missing_field((), "metadata")
            if metadata is None
            else wrong_type(("metadata",), ("object",), metadata)
        )
        return
    if named and "name" not in metadata:
        yield missing_field(("metadata",), "name")
    for field in _TEXTS:
        if not isinstance(metadata.get(field, ""), str):
            yield wrong_type(("metadata", field), ("string",), metadata[field])
    for field in _TABLES:
        table = metadata.get(field)
        if table is not None and not isinstance(table, dict):
            yield wrong_type(("metadata", field), ("object",), table)
            continue
        for key, value in (table or {}).items():
            if not isinstance(key, str) or not isinstance(value, str):
                yield wrong_type(
                    ("metadata", field, key), ("string",), value if isinstance(key, str) else key
                )


def missing_parts(obj: Manifest) -> Iterator[Violation]:
    """Fields that each stored object of this kind has, although its schema does not require them."""
    for path in _NEEDED.get(obj["kind"], ()):
        yield from _missing(obj, (), path)


def _missing(inner: Any, here: Path, path: Path) -> Iterator[Violation]:
    if not path:
        return
    step, rest = str(path[0]), path[1:]
    name = step.removesuffix("?")
    if step == "*":
        for index, entry in enumerate(inner):
            yield from _missing(entry, (*here, index), rest)
    elif isinstance(inner, dict) and inner.get(name) is not None:
        yield from _missing(inner[name], (*here, name), rest)
    elif name == step:
        yield missing_field(here, name)
