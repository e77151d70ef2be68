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
    """Who owns the field at ``path``, or the whole that it is part of; the latest first."""
    entries = [each for each in _entries(live) if _owns(each.get("fieldsV1") or {}, path)]
    return tuple(
        _owner(each) for each in sorted(entries, key=lambda each: str(each.get("time", "")), reverse=True)
    )


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


def _owns(fields: Mapping[str, Any], path: Path) -> bool:
    for step in path:
        if not fields:
            # Owned as a whole: an atomic list or map.
            return True
        inside = next((inner for name, inner in fields.items() if _names(name, step)), None)
        if inside is None:
            return False
        fields = inside
    return True


def _names(name: str, step: Step) -> bool:
    sort, _, rest = name.partition(":")
    if isinstance(step, str):
        return sort == "f" and rest == step
    return sort == "k" and dict(step) == json.loads(rest)
