"""Role: objects that are printed for `kubectl apply`, as block YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from redismanifests.core.quoting.yamltext import scalar

if TYPE_CHECKING:
    from redismanifests.core.object import Object


def objects_yaml(objects: Iterable[Object]) -> str:
    """One document an object."""
    return "---\n".join("".join(f"{line}\n" for line in _lines(each)) for each in objects)


def _lines(value: Object) -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield f"{scalar(key)}:"
            yield from (f"  {line}" for line in _lines(inner))
        elif isinstance(inner, list):
            yield f"{scalar(key)}:"
            for each in inner:
                item = list(_lines(each)) if isinstance(each, Mapping) else [scalar(each)]
                yield from (f"  {'- ' if number == 0 else '  '}{line}" for number, line in enumerate(item))
        else:
            yield f"{scalar(key)}: {scalar(inner)}"
