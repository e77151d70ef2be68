"""Prepared: the profiles of a run, judged and rendered, until it is known what they do to each other.

Nothing may be written before that: two profiles whose objects have one name are not written both. The files of many
profiles wait in a temporary file, compressed, so that memory does not grow with them.
"""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING, NamedTuple

from redismanifests.cli.manifests.many import each
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.excerpt import excerpted
from redismanifests.errors import FolderError, RedismanifestsError
from redismanifests.judge.objects.needs import needs
from redismanifests.judge.review import Review, findings_together, review, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.judge.review import Shared

_FAST = 1
"""The level of zlib that costs least: files get five times smaller in a millisecond a deployment."""


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
    whole: Review | None
    """Where it is the only profile."""
    packed: bytes
    """The files, where it is not."""


class Prepared:
    """Profiles that are judged and rendered, in the order in which they were given."""

    def __init__(self, paths: Sequence[Path], limits: Sequence[Path]) -> None:
        """Read nothing yet."""
        self._paths = paths
        self._limits = limits
        self._judged: dict[Path, _Judged] = {}
        self._file: IO[bytes] | None = None
        self._places: dict[Path, tuple[int, int]] = {}

    def each(self) -> Iterator[tuple[Path, RedismanifestsError | None]]:
        """Judge and render every profile; each with the reason for which it cannot be rendered at all, or None.

        Raises FolderError where the folder for temporary files is full.
        """
        done = each(self._one, self._paths, (*self._paths, *self._limits))
        for path, one in zip(self._paths, done, strict=True):
            if isinstance(one, RedismanifestsError):
                yield path, one
            else:
                self._places[path] = self._put(one.packed)
                self._judged[path] = one._replace(packed=b"")
                yield path, None

    def ready(self) -> Iterator[tuple[Path, Ready]]:
        """What can be rendered, each with what the rules over several profiles of a run say of it, too."""
        beside = {id(one.shared.source): one.findings for one in self._judged.values()}
        for finding in findings_together([one.shared for one in self._judged.values()]):
            beside[id(finding.source)].append(finding)
        for path, one in self._judged.items():
            yield path, Ready(self._files(path), one.findings, one.needs, partial(self._whole, path))

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
            return _Judged(list(whole.findings), shared(whole), text, whole, b"")
        return _Judged(excerpted(whole.findings), shared(whole), text, None, _packed(whole.rendering.files))

    def _put(self, packed: bytes) -> tuple[int, int]:
        """Where ``packed`` is in the temporary file."""
        from tempfile import TemporaryFile, gettempdir

        if not packed:
            return 0, 0
        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115 (removed with the process, as it has no name)
            place = self._file.tell()
            self._file.write(packed)
            self._file.flush()
        except OSError as error:
            fact = (
                f"{gettempdir()}, where renderings wait for each other, cannot be written: {error.strerror}"
            )
            raise FolderError(fact, "set TMPDIR to a folder with more space") from None
        return place, len(packed)

    def _files(self, path: Path) -> Mapping[str, bytes]:
        whole = self._judged[path].whole
        if whole is not None or self._file is None:
            return whole.rendering.files if whole else {}
        place, length = self._places[path]
        self._file.seek(place)
        return _unpacked(self._file.read(length))

    def _whole(self, path: Path) -> Review:
        return self._judged[path].whole or review(path, self._limits)


def _packed(files: Mapping[str, bytes]) -> bytes:
    import pickle
    import zlib

    return zlib.compress(pickle.dumps(dict(files)), _FAST)


def _unpacked(packed: bytes) -> Mapping[str, bytes]:
    import pickle
    import zlib

    files: dict[str, bytes] = pickle.loads(zlib.decompress(packed))
    return files
