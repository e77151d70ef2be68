"""Comparison: the fields in which a live object differs from the rendered one.

A rendered field that has another value, or is missing, differs. A field that was not rendered differs too, unless the
API server set it as a default (defaults.py), or no manager owns it (owner.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from redismanifests.prove.drift import owner
from redismanifests.prove.drift.defaults import is_bookkeeping, is_default
from redismanifests.prove.drift.path import Path, Step, pattern, written

if TYPE_CHECKING:
    from redismanifests.core.object import Manifest, Object
    from redismanifests.prove.drift.owner import Owner


_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("containers", "initContainers", "volumes", "env", "imagePullSecrets"), (("name",),)),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "volumeMounts": (("mountPath",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "hostAliases": (("ip",),),
}
"""Keys that identify the items of a list. Source: the merge keys of k8s.io/api."""
_READ = ("labels", "annotations", "finalizers", "ownerReferences")
"""Fields of the metadata that are compared; the API server owns the others."""
_CONTROLLERS = re.compile(r"(?:[a-z.]+\.)?kubernetes(?:\.io/.*)?|foregroundDeletion|orphan")
"""Finalizers of Kubernetes' own controllers."""
_MISSING = object()
_SHOWN = 120
"""Characters of a value in a message."""


class Difference(NamedTuple):
    """One field that differs from the rendered object."""

    path: Path
    asked: object
    found: object
    owner: Owner | None
    """None if the API server stores no owner, as for a removed field."""

    @property
    def text(self) -> str:
        """The difference as a sentence, with the owner if it is stored."""
        who = f" ({self.owner})" if self.owner else ""
        if self.found is _MISSING:
            return f"{written(self.path)} is missing; {_shown(self.asked)} was rendered"
        if self.asked is _MISSING:
            return f"{written(self.path)} is {_shown(self.found)}, which was not rendered{who}"
        if isinstance(self.asked, str) and isinstance(self.found, str) and "\n" in self.asked + self.found:
            return f"{written(self.path)} {_first_line(self.asked, self.found)}{who}"
        return f"{written(self.path)} is {_shown(self.found)} instead of {_shown(self.asked)}{who}"


def differences(asked: Object, live: Object) -> tuple[Difference, ...]:
    """Every field in which the live object differs from the rendered one, in the order of the fields."""
    return tuple(_Comparing(live).found(asked))


class _Comparing:
    def __init__(self, live: Object) -> None:
        self._live = live
        self._kind = str(live.get("kind", ""))
        self._owners_known = owner.is_known(live)
        self._applied = owner.applied(live)

    def found(self, asked: Object) -> Iterator[Difference]:
        mine, theirs = (_own_metadata(each) for each in (asked, self._live))
        for key in dict.fromkeys((*mine, *theirs)):
            yield from self._field(("metadata", key), mine, theirs)
        for key in dict.fromkeys((*asked, *self._live)):
            if key not in ("apiVersion", "kind", "metadata", "status"):
                yield from self._field((key,), asked, self._live)

    def _field(self, path: Path, asked: Object, live: Object) -> Iterator[Difference]:
        key = path[-1]
        if not isinstance(key, str):
            raise TypeError("a field has a name")
        if key not in asked:
            yield from self._extra(path, live[key], live)
        elif key in live:
            yield from self._values(path, asked[key], live[key], live)
        elif asked[key] not in (None, {}, [], ""):
            yield Difference(path, asked[key], _MISSING, None)

    def _values(self, path: Path, asked: object, live: object, beside: Object) -> Iterator[Difference]:
        if isinstance(asked, Mapping) and isinstance(live, Mapping):
            for key in dict.fromkeys((*asked, *live)):
                yield from self._field((*path, key), asked, live)
        elif isinstance(asked, list) and isinstance(live, list):
            yield from self._lists(path, asked, live)
        elif asked != live and (asked is not None or not self._is_default(path, live, beside)):
            yield self._changed(path, asked, live)

    def _lists(self, path: Path, asked: Sequence[Any], live: Sequence[Any]) -> Iterator[Difference]:
        ours, theirs = _by_key(path, asked), _by_key(path, live)
        if ours is None or theirs is None:
            if len(asked) != len(live) or not all(isinstance(each, Mapping) for each in asked):
                if asked != live:
                    yield self._changed(path, asked, live)
                return
            for index, (mine, their) in enumerate(zip(asked, live, strict=True)):
                yield from self._values((*path, (("", index),)), mine, their, {})
            return
        for key, mine in ours.items():
            if key in theirs:
                yield from self._values((*path, key), mine, theirs[key], {})
            else:
                yield Difference((*path, key), mine, _MISSING, None)
        for key, their in theirs.items():
            if key not in ours:
                yield from self._extra((*path, key), their, {})
        order = [key for key in theirs if key in ours]
        if order != (wanted := [key for key in ours if key in theirs]):
            yield self._changed(path, [written((key,)) for key in wanted], [written((key,)) for key in order])

    def _changed(self, path: Path, asked: object, live: object) -> Difference:
        return Difference(path, asked, live, next(iter(owner.owners(self._live, path)), None))

    def _extra(self, path: Path, value: object, beside: Object) -> Iterator[Difference]:
        """A value that was not rendered: drift if a manager owns any part of it."""
        if any(self._is_written(*leaf) for leaf in _leaves(path, value, beside)):
            yield self._changed(path, _MISSING, value)

    def _is_written(self, path: Path, value: object, beside: Object) -> bool:
        if path[:2] in (("metadata", "labels"), ("metadata", "annotations")) or "annotations" in path[-2:-1]:
            key = path[-1]
            if isinstance(key, str) and is_bookkeeping(key):
                return False
        if self._is_default(path, value, beside):
            return False
        if not self._owners_known:
            return True
        whose = owner.owners(self._live, path)
        if not whose:
            return False
        # A client-side apply owns the defaults as well; its own fields are in the last-applied annotation.
        only_completed = self._applied is not None and not _has(self._applied, path)
        return not (only_completed and all(each.manager == owner.CLIENT_SIDE_APPLY for each in whose))

    def _is_default(self, path: Path, value: object, beside: Object) -> bool:
        return is_default(self._kind, pattern(path), value, beside)


def _own_metadata(item: Object) -> Manifest:
    """The set values; an empty value counts as not set."""
    found = {key: item["metadata"].get(key) for key in _READ}
    others = [each for each in found["finalizers"] or () if not _CONTROLLERS.match(each)]
    return {key: value for key, value in {**found, "finalizers": others}.items() if value}


def _leaves(path: Path, value: object, beside: Object) -> Iterator[tuple[Path, object, Object]]:
    """Every value that is no mapping; an empty value counts as not set."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves((*path, key), inner, value)
    elif value not in (None, [], ""):
        yield path, value, beside


def _by_key(path: Path, items: Sequence[Any]) -> dict[Step, Any] | None:
    """The items of a list by their keys; None if the list has no keys."""
    if path[-1] == "volumeClaimTemplates":
        return {(("name", each["metadata"]["name"]),): each for each in items}
    for keys in _KEYS.get(str(path[-1]), ()):
        if all(isinstance(each, Mapping) and keys[0] in each for each in items):
            found: dict[Step, Any] = {}
            for each in items:
                found[tuple((key, each.get(key, "TCP" if key == "protocol" else "")) for key in keys)] = each
            # A variable may occur twice; the last one counts, and no key distinguishes them.
            return found if len(found) == len(items) else None
    return None


def _has(document: object, path: Path) -> bool:
    for step in path:
        if isinstance(step, str):
            if not isinstance(document, Mapping) or step not in document:
                return False
            document = document[step]
        elif isinstance(document, list):
            found = [each for index, each in enumerate(document) if _is_item(index, each, step)]
            if not found:
                return False
            document = found[0]
        else:
            return False
    return True


def _is_item(index: int, item: object, step: tuple[tuple[str, object], ...]) -> bool:
    if not isinstance(item, Mapping) or step[0][0] == "":
        return step == (("", index),)
    return all(item.get(key, "TCP" if key == "protocol" else None) == value for key, value in step)


def _shown(value: object) -> str:
    import json  # noqa: PLC0415 (only where something differs)

    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = text.partition("\n")[0] or '""'
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _first_line(asked: str, found: str) -> str:
    ours, theirs = asked.splitlines(), found.splitlines()
    same = next(
        (i for i, (mine, their) in enumerate(zip(ours, theirs, strict=False)) if mine != their),
        min(len(ours), len(theirs)),
    )
    mine, their = (_shown(text[same].strip()) if same < len(text) else "nothing" for text in (ours, theirs))
    return f"line {same + 1} is {their} instead of {mine}"
