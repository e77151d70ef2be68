"""Beneath: resolves a path below a folder, and refuses one that leads out of it.

Names in manifests, and links that a container leaves in a volume, become paths that root writes to or mounts. Out of
scope: which names are valid (refusal).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from pathlib import Path


_LONGEST_NAME = 255
"""Of a file on Linux (NAME_MAX)."""


def beneath(folder: Path, path: str) -> Path:
    """``path`` below ``folder``, resolved; raises RedismanifestsError if a part or a link leads out of it."""
    whole = folder.resolve()
    if any(len(os.fsencode(step)) > _LONGEST_NAME for step in path.split("/")):
        raise RedismanifestsError(
            f"{path[:40]!r}... has a name longer than {_LONGEST_NAME} bytes", "write a shorter one"
        )
    found = (whole / path.lstrip("/")).resolve()
    if found == whole or not found.is_relative_to(whole):
        raise RedismanifestsError(
            f"{path!r} leads out of the folder that it belongs to",
            "correct the name, or the link that a container created there",
        )
    return found
