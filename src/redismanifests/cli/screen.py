"""Screen: lines at the end of the terminal that are drawn again in place; nothing where there is no terminal.

A library for this would be larger than the command.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Self

from redismanifests.cli.colour import redrawn
from redismanifests.cli.output import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.present.document import Document

_REDRAWN_S = 0.25
_COLUMNS, _LINES = 80, 24


class Screen:
    """While it is entered, ``lines(columns)`` is shown on the error stream and drawn again four times a second."""

    def __init__(self, lines: Callable[[int], list[str]]) -> None:
        """``lines`` is called from another thread."""
        self._lines = lines
        self._drawn = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._drawing = threading.Thread(target=self._draw_again, daemon=True)

    def __enter__(self) -> Self:
        """Begin to draw, if there is a terminal."""
        if redrawn(sys.stderr):
            self._drawing.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        self.over()

    def over(self) -> None:
        """Draw no more, and clear what was drawn."""
        self._over.set()
        if self._drawing.ident:
            self._drawing.join()
        self._clear()

    def say(self, text: str) -> None:
        """Print a line of the command's own output above."""
        from redismanifests.present.document import Document, Lines

        self.show(Document(screen=[Lines([text])]))

    def show(self, document: Document) -> None:
        """Print a document above."""
        with self._lock:
            self._clear()
            show(document)
            sys.stdout.flush()

    def _draw_again(self) -> None:
        while not self._over.wait(_REDRAWN_S):
            with self._lock:
                size = os.get_terminal_size(sys.stderr.fileno())
                # A terminal that does not know its size says 0.
                lines = self._lines((size.columns or _COLUMNS) - 1)[: (size.lines or _LINES) - 1]
                self._clear()
                self._drawn = len(lines)
                self._write("".join(f"{line}\n" for line in lines))

    def _clear(self) -> None:
        if self._drawn:
            # Up to the first line of the block, then clear to the end of the screen.
            self._write(f"\x1b[{self._drawn}A\r\x1b[J")
            self._drawn = 0

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
