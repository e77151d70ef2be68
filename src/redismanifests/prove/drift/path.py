"""Path: the place of a field in an object, with items of lists named by their keys."""

from __future__ import annotations

import re

Step = str | tuple[tuple[str, object], ...]
"""A field, or a list item by its keys (``(("name", "redis"),)``), or by its index if it has none."""
Path = tuple[Step, ...]

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def written(path: Path) -> str:
    """As Kubernetes' own tools write it: ``spec.containers[redis].image``, ``metadata.labels[example.org/a]``."""
    parts = (
        (f".{step}" if _PLAIN.fullmatch(step) else f"[{step}]")
        if isinstance(step, str)
        else f"[{'/'.join(str(value) for _, value in step)}]"
        for step in path
    )
    return "".join(parts).removeprefix(".")


def pattern(path: Path) -> str:
    """With ``[]`` for each item."""
    return "".join(f".{step}" if isinstance(step, str) else "[]" for step in path).removeprefix(".")
