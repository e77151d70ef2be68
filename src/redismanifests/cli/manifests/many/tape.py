"""Tape: what a forked process prints, for the process that it works for to print in its turn."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from io import RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

Tape = list[tuple[bool, bytes]]
"""What was written, in order, each with whether it was to standard error."""


@contextmanager
def recorded() -> Iterator[Tape]:
    """Keep what is printed meanwhile, laid out as for the streams that are there."""
    tape: Tape = []
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_recording(stream, tape, err=n > 0) for n, stream in enumerate(before))
    try:
        yield tape
    finally:
        sys.stdout, sys.stderr = before


def shown(answer: tuple[object, Tape]) -> object:
    """Print what was recorded while ``answer`` was found, and return it."""
    found, tape = answer
    for err, written in tape:
        stream = sys.stderr if err else sys.stdout
        stream.flush()
        stream.buffer.write(written)
        stream.buffer.flush()
    return found


def _recording(stream: TextIO, tape: Tape, *, err: bool) -> TextIO:
    onto = _Onto(stream, tape, err=err)
    return TextIOWrapper(onto, stream.encoding, stream.errors, write_through=True)  # type: ignore[type-var]


class _Onto(RawIOBase):
    """A stream whose bytes go to a tape, and which otherwise answers like the one that it replaces."""

    def __init__(self, stream: TextIO, tape: Tape, *, err: bool) -> None:
        self._stream = stream
        self._tape = tape
        self._err = err

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        """Of the stream itself: a terminal is asked for its width by it."""
        return self._stream.fileno()

    def write(self, written: ReadableBuffer, /) -> int:
        content = bytes(written)
        self._tape.append((self._err, content))
        return len(content)
