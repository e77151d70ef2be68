"""Spool: the files of renderings, while they wait for those of other profiles of the run."""

from __future__ import annotations

import os
import pickle
from typing import IO, TYPE_CHECKING

from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEFORE_A_TEXT = b": |\n"


class Spool:
    """Renderings in a temporary file, which has no name and is gone with the process.

    Most of each is scripts, and these are nearly the same in all: a part that the first has is a number in others.
    """

    def __init__(self) -> None:
        """Make no file yet: one profile needs none."""
        self._files: dict[int, IO[bytes]] = {}
        """By the process that writes it: what a forked one inherits, it only reads."""
        self._known: dict[bytes, int] = {}
        self._parts: list[bytes] = []

    def put(self, files: Mapping[str, bytes]) -> int:
        """Append a rendering, and return its place; raises FolderError."""
        from tempfile import TemporaryFile

        known = self._known
        parts = {name: content.split(_BEFORE_A_TEXT) for name, content in files.items()}
        packed = pickle.dumps(
            {name: [known.get(part, part) for part in each] for name, each in parts.items()}
        )
        try:
            if (file := self._files.get(os.getpid())) is None:
                file = self._files[os.getpid()] = TemporaryFile()  # noqa: SIM115
            place = file.tell()
            file.write(packed)
            file.flush()
        except OSError as error:
            fact = "the folder for temporary files, where renderings wait for each other, cannot be written"
            raise FolderError(f"{fact}: {error.strerror}", "set TMPDIR to a folder with more space") from None
        if not known:
            self._parts = [*dict.fromkeys(part for each in parts.values() for part in each)]
            known |= {part: number for number, part in enumerate(self._parts)}
        return place

    def get(self, place: int) -> Mapping[str, bytes]:
        """The rendering that this process put at ``place``."""
        file = self._files[os.getpid()]
        file.seek(place)
        found: dict[str, list[bytes | int]] = pickle.load(file)
        known = self._parts
        return {
            name: _BEFORE_A_TEXT.join(known[part] if isinstance(part, int) else part for part in parts)
            for name, parts in found.items()
        }
