"""Documents: parses YAML that someone else wrote, within bounds.

Out of scope: lines and columns (source), and what a document is.
"""

from __future__ import annotations

from typing import Any

from redismanifests.core.sources.aliases import refuse_bombs
from redismanifests.core.sources.yaml11 import as_kubectl_reads

DEEPEST = 150
"""Levels of a document: a StatefulSet has 20, and what walks through it recursively must end."""


def documents(text: str) -> tuple[Any, ...]:
    """The documents of a stream, as kubectl reads them.

    Raises ValueError if it is no YAML, too deep, or grows by its aliases.
    """
    import yaml12  # noqa: PLC0415 (only where objects are read)

    refuse_bombs(text)
    found = tuple(yaml12.parse_yaml(as_kubectl_reads(text), multi=True))
    if _depth_exceeds(found, DEEPEST):
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    return found


def _depth_exceeds(value: object, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        level = [inner for each in level if isinstance(each, dict | list | tuple) for inner in _entries(each)]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)


def _entries(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value
