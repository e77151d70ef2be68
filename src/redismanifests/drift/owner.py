"""Owner: who wrote a field of a live object, as the API server keeps it in ``metadata.managedFields``.

Source: structured-merge-diff, its FieldsV1 (``f:name``, ``k:{"name":"redis"}``). What must not come in: what the fields
mean.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.drift.path import Path, Step

CLIENT_SIDE_APPLY = "kubectl-client-side-apply"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Owner(NamedTuple):
    """A program that wrote fields, and when it did so last."""

    manager: str
    time: str

    def __str__(self) -> str:
        """For messages."""
        return f"{self.manager}, {self.time}" if self.time else self.manager


def owners(live: Mapping[str, Any], path: Path) -> tuple[Owner, ...]:
    """Who owns the field at ``path``, or the whole that it is part of: who owns most precisely first, then the latest.

    Who lost a field to another still owns what holds it, and moments are kept in whole seconds.
    """
    found = [(_depth(each.get("fieldsV1") or {}, path), each) for each in _entries(live)]
    ranked = sorted(
        ((depth, str(each.get("time", "")), each) for depth, each in found if depth is not None),
        key=lambda each: each[:2],
        reverse=True,
    )
    return tuple(_owner(each) for _, _, each in ranked)


def is_known(live: Mapping[str, Any]) -> bool:
    """Whether the object tells its owners at all; `kubectl get -o yaml` leaves them out unless asked."""
    return any(True for _ in _entries(live))


def applied(live: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a client-side `kubectl apply` applied last; None where it never was."""
    text = (live["metadata"].get("annotations") or {}).get(_LAST_APPLIED)
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _owner(entry: Mapping[str, Any]) -> Owner:
    return Owner(str(entry.get("manager", "somebody")), str(entry.get("time", "")))


def _entries(live: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (
        each for each in live["metadata"].get("managedFields") or () if each.get("subresource") != "status"
    )


def _depth(fields: Mapping[str, Any], path: Path) -> int | None:
    """How many steps of the path are named; None where neither the field is owned nor a whole that it is part of."""
    for depth, step in enumerate(path):
        if not fields:
            # Owned as a whole: an atomic list or map.
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
