"""Run: the items of a run and the steps of their work, here or in several processes."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from redismanifests.cli.manifests.many.processes import Processes

Given = TypeVar("Given")
Result = TypeVar("Result")

ENOUGH = 48
"""Profiles from which on a second process saves more time than its start costs. Of 500 on two busy
cores, the first process and the longest of the others took 5.5 and 6.3 s of CPU, one process alone 9.1 and 10.1 s."""


def each(
    work: Callable[[Given], Result], given: Sequence[Given], files: Sequence[Path] = ()
) -> Iterator[Result]:
    """``work`` of each of ``given``, in their order; as the only step of a `Run`."""
    with closing(Run(given, files)) as run:
        yield from run.first(work)


class Run(Generic[Given]):
    """The items of a run, and the processes that work on them.

    Other processes do it where there are many and ``files``, all that the work reads, can be read by each of them: what
    comes through a pipe is there once. What a step prints appears as if there were one process, in the order of the
    items. Each step raises RedismanifestsError where such a process was killed, and whatever its work raises.
    """

    def __init__(self, given: Sequence[Given], files: Sequence[Path] = ()) -> None:
        """Start no process yet."""
        self._given = given
        self._cores = _cores() if len(given) >= ENOUGH and all(path.is_file() for path in files) else 1
        self._processes: Processes | None = None
        self._then: Callable[[Given, Any], object] | None = None

    def close(self) -> None:
        """Let each process finish what it does now, and end."""
        if self._processes:
            self._processes.close()

    def first(
        self, work: Callable[[Given], Result], then: Callable[[Given, Any], object] | None = None
    ) -> Iterator[Result]:
        """``work`` of each item; ``then`` is the second step, which finds what ``work`` of its item left in memory."""
        self._then = then
        if self._cores < 2:
            yield from map(work, self._given)
            return
        # The first one here: what it imports, compiles and keeps, the other processes then have as well.
        yield work(self._given[0])
        from redismanifests.cli.manifests.many.processes import Processes

        def second(number: int, note: object) -> object:
            return then(self._given[number], note) if then else None

        self._processes = Processes(range(1, len(self._given)), lambda n: work(self._given[n]), second)
        self._processes.start(self._cores)
        yield from cast("Iterator[Result]", self._processes.first())

    def second(self, notes: Mapping[int, object]) -> Iterator[Any]:
        """The second step of each item, with what is noted of it by number; each where its first step was done."""
        assert self._then is not None, "first() got no second step"
        here = self._given[:1] if self._processes else self._given
        for number, item in enumerate(here):
            yield self._then(item, notes.get(number))
        if self._processes:
            yield from self._processes.second(notes)


def _cores() -> int:
    """Cores that this process may use; one where processes cannot be forked safely (macOS, Windows)."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
