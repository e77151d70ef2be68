"""Path: where a field stands in an object, with the items of lists named by their keys.

What must not come in: values.
"""

from __future__ import annotations

import re

Step = str | tuple[tuple[str, object], ...]
"""A field, or the item of a list that these keys name (``(("name", "redis"),)``); one without keys has its index."""
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
