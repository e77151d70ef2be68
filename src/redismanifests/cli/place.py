"""Place: the path of a file in its repository, as servers name it."""

from __future__ import annotations

import os
from pathlib import Path


def repository_path(name: str) -> str:
    """``name`` relative to the top of its git repository, with slashes; as it is where there is none."""
    path = Path(os.path.abspath(name))  # noqa: PTH100 (resolve() would follow links that git keeps as links)
    for folder in path.parents:
        if os.path.lexists(folder / ".git"):
            return path.relative_to(folder).as_posix()
    return Path(name).as_posix()
