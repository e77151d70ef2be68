"""Prepared: the profiles of a run, judged and rendered, until it is known what they do to each other.

Nothing may be written before that: two profiles whose objects have one name are not written both. The files of many
profiles wait in a temporary file, so that memory does not grow with them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from redismanifests.cli.manifests.many import Run
from redismanifests.cli.manifests.many.spool import Spool
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.excerpt import excerpted
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.objects.needs import needs
from redismanifests.judge.review import Review, append_findings_together, review, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.judge.review import Shared


class Ready(NamedTuple):
    """A rendering, and what there is to say about it."""

    files: Mapping[str, bytes]
    findings: Sequence[Finding]
    needs: str
    """What is not rendered and must be there, on one line; `plan` has the commands."""
    review: Callable[[], Review]
    """All of it; of many profiles this one is judged again."""


class _Judged(NamedTuple):
    """What is kept of a profile while others are judged, in the process that judged it."""

    findings: list[Finding]
    needs: str
    whole: Review | None
    """Where it is the only profile."""
    place: int
    """Where its files are in the spool, where it is not."""


class Prepared:
    """Profiles that are judged and rendered, and what is then done with each, in the order in which they were given."""

    def __init__(
        self, paths: Sequence[Path], limits: Sequence[Path], done: Callable[[Path, Ready], int]
    ) -> None:
        """Read nothing yet; ``done`` returns an exit code, and may work in another process."""
        self._paths = paths
        self._limits = limits
        self._done = done
        self._run = Run(paths, (*paths, *limits))
        self._judged: dict[Path, _Judged] = {}
        self._shared: dict[int, Shared] = {}
        self._spool = Spool()

    def __enter__(self) -> Prepared:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes that worked."""
        self._run.close()

    def each(self) -> Iterator[tuple[Path, RedismanifestsError | None]]:
        """Judge and render every profile; each with the reason for which it cannot be rendered at all, or None.

        Raises FolderError where the folder for temporary files cannot be written.
        """
        for number, one in enumerate(self._run.first(self._one, self._finish)):
            if isinstance(one, RedismanifestsError):
                yield self._paths[number], one
                continue
            self._shared[number] = one
            yield self._paths[number], None

    def codes(self) -> Iterator[tuple[Path, int]]:
        """Finish what can be rendered, each with what the rules over several profiles of a run say of it, too."""
        found: dict[int, list[Finding]] = {number: [] for number in self._shared}
        append_findings_together([(found[number], mine) for number, mine in self._shared.items()])
        for number, code in enumerate(self._run.second(found)):
            if number in found:
                yield self._paths[number], code

    def _one(self, path: Path) -> Shared | RedismanifestsError:
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
            self._judged[path] = _Judged([*whole.findings], text, whole, 0)
        else:
            place = self._spool.put(whole.rendering.files)
            self._judged[path] = _Judged(excerpted(whole.findings), text, None, place)
        return shared(whole)

    def _finish(self, path: Path, found: Sequence[Finding] | None) -> int | None:
        """Of a profile that was rendered, with what was found in the run."""
        if found is None:
            return None
        one = self._judged[path]
        files = one.whole.rendering.files if one.whole else self._spool.get(one.place)
        whole = partial(self._whole, path)
        return self._done(path, Ready(files, [*one.findings, *found], one.needs, whole))

    def _whole(self, path: Path) -> Review:
        return self._judged[path].whole or review(path, self._limits)
