"""Program: one outside program as a child of this process, its output in a file, gone when it is no longer needed."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import which
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

GRACE_S = 10
"""Both programs end within a second of SIGTERM; after this they are killed."""


@dataclass(frozen=True)
class Program:
    """A program that was started."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self.process.poll() is not None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for a message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def running(argv: Sequence[str | Path], log: Path) -> Iterator[Program]:
    """The program while the block runs; it ends with this process too, however that ends (Linux)."""
    with_us = ["setpriv", "--pdeathsig", "KILL", "--"] if which("setpriv") else []
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*with_us, *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # An interrupt at the terminal is the tests' to handle: they stop the programs in their order.
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": str(log.parent)},
        )
    try:
        yield Program(log.stem, log, process)
    finally:
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
