"""Changed: the profiles that a commit is about: those among its files, and those that name one of its files."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_USUAL = re.compile(r"(^|/)(profile|profiles/[^/]+)\.ya?ml$")
_KEYS = (re.compile(r"^name\s*:", re.MULTILINE), re.compile(r"^namespace\s*:", re.MULTILINE))
_MOST_BYTES = 1 << 20
_BESIDE = ("", "profiles")
"""Where profiles lie, seen from the folder of a file that they name, and from each folder above it."""


def profiles_of(files: Iterable[Path]) -> list[Path]:
    """Profiles among ``files``, and those in their folders and above that name one of them; each once, by path.

    Only folders below the current one are looked at: hooks run at the top of a repository.
    """
    given = list(files)
    found = {path: None for path in given if _is_profile(path)}
    others = [path for path in given if path not in found]
    for path in others:
        for candidate in _near(path):
            if candidate not in found and _is_profile(candidate) and _names(candidate, path):
                found[candidate] = None
    return sorted(found)


def _near(path: Path) -> Iterator[Path]:
    here = Path(os.path.normpath(path)).parent
    for folder in () if here.is_absolute() or ".." in here.parts else (here, *here.parents):
        for beside in _BESIDE:
            for ending in ("*.yaml", "*.yml"):
                yield from sorted((folder / beside).glob(ending))


def _is_profile(path: Path) -> bool:
    from redismanifests.core.object import holds_objects

    text = _text(path)
    if text is None or holds_objects(text):
        return False
    return bool(_USUAL.search(path.as_posix())) or all(key.search(text) for key in _KEYS)


def _names(profile: Path, path: Path) -> bool:
    """Whether a path relative to ``profile``, written anywhere in it, is ``path``."""
    wanted = os.path.relpath(path, profile.parent).replace(os.sep, "/")
    return re.search(rf"(?<![\w./-])(\./)?{re.escape(wanted)}(?![\w/-])", _text(profile) or "") is not None


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return stream.read(_MOST_BYTES).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None
