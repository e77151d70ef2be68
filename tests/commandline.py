"""The command line as a user has it: a process of its own, with what it printed."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = (sys.executable, "-c", "from redismanifests.__main__ import main; main()")
"""As the installed script does it; the script itself may be another checkout's."""


def redismanifests(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``redismanifests ARGUMENTS`` and wait; options are those of subprocess.run, and ``program``: other code."""
    program = options.pop("program", PROGRAM[-1])
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **options.pop("env", {})}
    return subprocess.run(
        [*PROGRAM[:-1], program, *map(str, arguments)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        **options,
    )


def on_a_terminal(
    command: list[str],
    folder: Path,
    *,
    typed: bytes = b"",
    columns: int = 80,
    env: dict[str, str] | None = None,
) -> str:
    """What ``redismanifests COMMAND`` prints, in ``folder``, on a terminal on which something is ``typed``."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.write(parent, typed)
    running = subprocess.Popen(
        [*PROGRAM, *command],
        stdin=child,
        stdout=child,
        stderr=child,
        cwd=folder,
        env={**os.environ, **(env or {})},
    )
    os.close(child)
    printed = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:  # the other end is closed (Linux)
            break
        if not piece:
            break
        printed += piece
    running.wait(30)
    os.close(parent)
    return printed.decode()
