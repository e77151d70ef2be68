"""Prepared: the profiles of a run, judged and rendered, until it is known what they do to each other.

Nothing may be written before that: two profiles whose objects have one name are not written both. The files of many
profiles wait in a temporary file, so that memory does not grow with them.
"""

from __future__ import annotations

import pickle
from functools import partial
from typing import IO, TYPE_CHECKING, NamedTuple

from redismanifests.cli.manifests.many import each
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.excerpt import excerpted
from redismanifests.errors import FolderError, RedismanifestsError
from redismanifests.judge.objects.needs import needs
from redismanifests.judge.review import Review, append_findings_together, review, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.judge.review import Shared

_BEFORE_A_TEXT = b": |\n"


class Ready(NamedTuple):
    """A rendering, and what there is to say about it."""

    files: Mapping[str, bytes]
    findings: Sequence[Finding]
    needs: str
    """What is not rendered and must be there, on one line; `plan` has the commands."""
    review: Callable[[], Review]
    """All of it; of many profiles this one is judged again."""


class _Judged(NamedTuple):
    """What is kept of a profile while others are judged."""

    findings: list[Finding]
    shared: Shared
    needs: str
    whole: Review | None = None
    """Where it is the only profile."""
    packed: bytes = b""
    """The files, where it is not, on their way to the spool."""
    place: int = 0
    """Where they are in the spool."""


class Prepared:
    """Profiles that are judged and rendered, in the order in which they were given."""

    def __init__(self, paths: Sequence[Path], limits: Sequence[Path]) -> None:
        """Read nothing yet."""
        self._paths = paths
        self._limits = limits
        self._judged: dict[Path, _Judged] = {}
        self._spool = _Spool()

    def each(self) -> Iterator[tuple[Path, RedismanifestsError | None]]:
        """Judge and render every profile; each with the reason for which it cannot be rendered at all, or None.

        Raises FolderError where the folder for temporary files cannot be written.
        """
        done = each(self._one, self._paths, (*self._paths, *self._limits))
        for path, one in zip(self._paths, done, strict=True):
            if isinstance(one, RedismanifestsError):
                yield path, one
                continue
            place = 0 if one.whole else self._spool.put(one.packed)
            self._judged[path] = one._replace(packed=b"", place=place)
            yield path, None

    def ready(self) -> Iterator[tuple[Path, Ready]]:
        """What can be rendered, each with what the rules over several profiles of a run say of it, too."""
        append_findings_together([(one.findings, one.shared) for one in self._judged.values()])
        for path, one in self._judged.items():
            files = one.whole.rendering.files if one.whole else self._spool.get(one.place)
            yield path, Ready(files, one.findings, one.needs, partial(self._whole, path))

    def _one(self, path: Path) -> _Judged | RedismanifestsError:
        try:
            whole = review(path, self._limits)
        except ProfileRefused as error:
            error.findings = tuple(excerpted(error.findings))
            return error.with_traceback(None)
        except RedismanifestsError as error:
            return error.with_traceback(None)
        missing = needs((item.manifest for item in whole.rendering.objects), whole.profile.namespace)
        text = "; ".join(need.text for need in missing)
        if len(self._paths) == 1:
            return _Judged(list(whole.findings), shared(whole), text, whole)
        packed = self._spool.packed(whole.rendering.files)
        return _Judged(excerpted(whole.findings), shared(whole), text, packed=packed)

    def _whole(self, path: Path) -> Review:
        return self._judged[path].whole or review(path, self._limits)


class _Spool:
    """Renderings in a temporary file, which has no name and is gone with the process.

    Most of each is scripts, and these are nearly the same in all: a part that the first has is a number in others.
    """

    def __init__(self) -> None:
        """Make no file yet: one profile needs none."""
        self._file: IO[bytes] | None = None
        self._known: dict[bytes, int] = {}

    def packed(self, files: Mapping[str, bytes]) -> bytes:
        """A rendering for `put`; a forked process may pack it."""
        known = self._known
        parts = {name: content.split(_BEFORE_A_TEXT) for name, content in files.items()}
        return pickle.dumps({name: [known.get(part, part) for part in each] for name, each in parts.items()})

    def put(self, packed: bytes) -> int:
        """Append a rendering, and return its place; raises FolderError."""
        from tempfile import TemporaryFile

        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115
                parts = (part for each in pickle.loads(packed).values() for part in each)
                self._known = {part: number for number, part in enumerate(dict.fromkeys(parts))}
            place = self._file.tell()
            self._file.write(packed)
            self._file.flush()
        except OSError as error:
            fact = "the folder for temporary files, where renderings wait for each other, cannot be written"
            raise FolderError(f"{fact}: {error.strerror}", "set TMPDIR to a folder with more space") from None
        return place

    def get(self, place: int) -> Mapping[str, bytes]:
        """The rendering that was put at ``place``."""
        assert self._file is not None, "nothing was put"
        self._file.seek(place)
        found: dict[str, list[bytes | int]] = pickle.load(self._file)
        known = [*self._known]
        return {
            name: _BEFORE_A_TEXT.join(known[part] if isinstance(part, int) else part for part in parts)
            for name, parts in found.items()
        }
