"""Owner: the manager of a field of a live object, from ``metadata.managedFields``.

Source: structured-merge-diff, its FieldsV1 (``f:name``, ``k:{"name":"redis"}``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Object
    from redismanifests.prove.drift.path import Path, Step

CLIENT_SIDE_APPLY = "kubectl-client-side-apply"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Owner(NamedTuple):
    """A program that wrote fields, and when it did so last."""

    manager: str
    time: str

    def __str__(self) -> str:
        """Manager and time, for messages."""
        return f"{self.manager}, {self.time}" if self.time else self.manager


def owners(live: Object, path: Path) -> tuple[Owner, ...]:
    """Owners of the field at ``path`` or of a parent: the most specific first, then the latest.

    A manager that lost a field to another one still owns its parent. Times are integer seconds.
    """
    found = [(_depth(each.get("fieldsV1") or {}, path), each) for each in _entries(live)]
    ranked = sorted(
        ((depth, str(each.get("time", "")), each) for depth, each in found if depth is not None),
        key=lambda each: each[:2],
        reverse=True,
    )
    return tuple(_owner(each) for _, _, each in ranked)


def is_known(live: Object) -> bool:
    """Whether the object has managedFields; `kubectl get -o yaml` omits them by default."""
    return any(True for _ in _entries(live))


def applied(live: Object) -> Object | None:
    """The object of the last client-side `kubectl apply`; None if there was none."""
    text = (live["metadata"].get("annotations") or {}).get(_LAST_APPLIED)
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _owner(entry: Object) -> Owner:
    return Owner(str(entry.get("manager", "someone")), str(entry.get("time", "")))


def _entries(live: Object) -> Iterator[Object]:
    return (
        each for each in live["metadata"].get("managedFields") or () if each.get("subresource") != "status"
    )


def _depth(fields: Object, path: Path) -> int | None:
    """Depth of the most specific ownership entry that covers `path`; None if no manager owns it or a parent."""
    for depth, step in enumerate(path):
        if not fields:
            # Owned as one value: an atomic list or map.
            return depth
        inside = next((inner for name, inner in fields.items() if _names(name, step)), None)
        if inside is None:
            return None
        fields = inside
    return len(path)


def _names(name: str, step: Step) -> bool:
    sort, _, rest = name.partition(":")
    if isinstance(step, str):
        return sort == "f" and rest == step
    return sort == "k" and dict(step) == json.loads(rest)
