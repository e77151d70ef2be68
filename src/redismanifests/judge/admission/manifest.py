"""Manifest: reads the objects of a namespace, and reports every fault with its path.

Users edit the output of `kubectl get -o yaml`, so a wrong kind or a missing field is reported with its path, and all
faults at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.names import OBJECT_NAME
from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.core.values.scalar import kind as kind_of
from redismanifests.core.values.scalar import listed

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object

Amounts = Mapping[str, Quantity]
"""A Kubernetes ResourceList: quantities by the name of the resource."""

_MILLI = NANO // 1000


class Problem(NamedTuple):
    """One fault: path (from the root of the document), fact, fix."""

    path: Path
    fact: str
    fix: str


class ManifestError(ValueError):
    """The API server would refuse these objects, or they are of another kind; contains every problem."""

    def __init__(self, problems: list[Problem]) -> None:
        """At least one problem."""
        super().__init__("; ".join(f"{written(problem.path)}: {problem.fact}" for problem in problems))
        self.problems = tuple(problems)


def written(path: Path) -> str:
    """A path as Kubernetes writes it: ``spec.limits[0].min``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".") or "."


def objects(root: object, kinds: Sequence[str], problems: list[Problem]) -> Iterator[tuple[Path, Object]]:
    """The objects of ``kinds`` in ``root``, each with its path: one object, a List, or a sequence of either.

    Anything else becomes a problem.
    """
    if isinstance(root, list | tuple):
        for index, document in enumerate(root):
            for path, found in objects(document, kinds, problems):
                yield (index, *path), found
        return
    if not isinstance(root, Mapping):
        fix = f"put a {_either(kinds)} here"
        problems.append(Problem((), f"this is {kind_of(root)}, not an object", fix))
        return
    if root.get("kind") not in ("List", *(f"{kind}List" for kind in kinds)):
        yield from _one((), root, kinds, problems)
        return
    items = root.get("items")
    if not isinstance(items, list):
        fix = f"put the {_either(kinds)} objects into it, as `{_command(kinds)}` prints them"
        problems.append(Problem(("items",) if "items" in root else (), "this List has no items", fix))
        return
    for index, item in enumerate(items):
        yield from _one(("items", index), item, kinds, problems)


def _one(
    path: Path, item: object, kinds: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[Path, Object]]:
    if not isinstance(item, Mapping):
        fix = f"put a {_either(kinds)} here"
        problems.append(Problem(path, f"this is {kind_of(item)}, not an object", fix))
    elif item.get("kind") not in kinds:
        named = item.get("kind")
        fact = f"this is a {named}, not a {_either(kinds)}" if named else "this object has no kind"
        fix = f"take the output of `{_command(kinds)}`"
        problems.append(Problem((*path, "kind") if "kind" in item else path, fact, fix))
    elif item.get("apiVersion", "v1") != "v1":
        fact = f"a {item['kind']} of {item['apiVersion']} does not exist"
        problems.append(Problem((*path, "apiVersion"), fact, "write apiVersion: v1"))
    else:
        yield path, item


def _either(kinds: Sequence[str]) -> str:
    return listed(kinds, "or")


def _command(kinds: Sequence[str]) -> str:
    return f"kubectl get {','.join(kinds).lower()} -o yaml"


def mapping(owner: Object, key: str, path: Path, problems: list[Problem]) -> Object:
    """The mapping at ``key``; empty if not set; another type becomes a problem."""
    value = owner.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        fact = f"{key} is {kind_of(value)}, not a mapping"
        problems.append(Problem((*path, key), fact, f"write the entries of {key} below it, one a line"))
        return {}
    return value


def object_name(item: Object, path: Path, problems: list[Problem]) -> str:
    """The name of the object at ``path``; an invalid one becomes a problem."""
    metadata = mapping(item, "metadata", path, problems)
    name = metadata.get("name")
    try:
        OBJECT_NAME.check(name if isinstance(name, str) else "")
    except ValueError as error:
        at = (*path, "metadata", "name") if "name" in metadata else path
        problems.append(Problem(at, str(error), f"give the {item['kind']} a name"))
    return str(name)


def amounts(owner: Object, key: str, path: Path, problems: list[Problem]) -> dict[str, Quantity]:
    """The ResourceList at ``key``, rounded up to thousandths as the API server stores it.

    Source: SetDefaults_ResourceList in pkg/apis/core/v1/defaults.go.
    """
    found: dict[str, Quantity] = {}
    for resource, value in mapping(owner, key, path, problems).items():
        try:
            found[str(resource)] = stored(Quantity.read(value))
        except ValueError as error:
            problems.append(Problem((*path, key, resource), str(error), f"write a quantity for {resource}"))
    return found


def stored(quantity: Quantity) -> Quantity:
    """``quantity`` rounded up to whole thousandths, away from zero."""
    if quantity.nano % _MILLI == 0:
        return quantity
    return Quantity(quantity.millis * _MILLI, quantity.format)
