"""Many: the same work for each profile of a run, on every core of the machine where there are enough of them."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, TypeVar, cast

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

Given = TypeVar("Given")
Result = TypeVar("Result")

ENOUGH = 48
"""Profiles from which on a second process saves more time than its start costs: on two cores 48 took as long either
way (1.0 s), and 500 took 6.2 s instead of 7.3 s."""
_AT_ONCE = 8
"""Profiles that a process takes at a time: an answer costs little beside them, and the last process is not late."""


def each(
    work: Callable[[Given], Result], given: Sequence[Given], files: Sequence[Path] = ()
) -> Iterator[Result]:
    """``work`` of each of ``given``, in their order.

    Other processes do it where there are many and ``files``, all that ``work`` reads, can be read by each of them: what
    comes through a pipe is there once. Raises RedismanifestsError where such a process was killed.
    """
    cores = _cores()
    if len(given) < ENOUGH or cores < 2 or not all(path.is_file() for path in files):
        yield from map(work, given)
        return
    from concurrent.futures.process import BrokenProcessPool

    # The first one here: what it imports, compiles and keeps, the other processes then have as well.
    yield work(given[0])
    _forked[:] = [lambda number: work(given[number])]
    pool = _pool(cores)
    try:
        yield from cast("Iterator[Result]", pool.map(_run, range(1, len(given)), chunksize=_AT_ONCE))
    except BrokenProcessPool:
        fact = "a process that judged profiles was killed, and nothing more is known of it"
        raise RedismanifestsError(fact, "give the machine more memory, or fewer profiles at a time") from None
    finally:
        pool.shutdown(cancel_futures=True)


_forked: list[Callable[[int], object]] = []
"""The work of a run, which a forked process finds as it was: profiles are not sent to it, only answers are."""


def _run(number: int) -> object:
    return _forked[0](number)


def _pool(cores: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Ctrl-C reaches every process of the terminal; the first of them ends the others.
    return ProcessPoolExecutor(
        cores, get_context("fork"), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )


def _cores() -> int:
    """Cores that this process may use; one where processes cannot be forked safely (macOS, Windows)."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
