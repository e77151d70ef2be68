"""Reading: reads a bounded number of bytes from a file that the user names, without blocking.

/dev/zero has no end, and a named pipe without a writer blocks. A pipe with a writer, such as a shell's ``<(...)``, is
read. ``-`` is standard input; it can be read only once, and its content is kept for further calls. Out of scope: the
meaning of the bytes.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from pathlib import Path

STANDARD_INPUT = "-"
_kept: list[tuple[object, bytes]] = []
"""The stream that was read last, and its bytes so far."""


def bounded(path: Path, most: int) -> bytes:
    """At most ``most`` + 1 bytes; the additional byte shows that it is too large. Raises OSError, ValueError."""
    if is_standard_input(path):
        return _standard_input(most)
    # Non-blocking: a reader of a pipe without a writer then gets the end at once.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        os.set_blocking(handle, True)
        return stream.read(most + 1)


def is_standard_input(path: Path) -> bool:
    """Whether a path means standard input."""
    return str(path) == STANDARD_INPUT


def shown(path: Path) -> str:
    """The name of ``path`` in messages."""
    return "standard input" if is_standard_input(path) else str(path)


def not_read(name: str, error: OSError | ValueError, fix: str) -> RedismanifestsError:
    """That a file cannot be read, and why; ``fix`` is for any other reason than a missing permission."""
    reason = getattr(error, "strerror", None) or str(error)
    fix = "chmod u+r it, or run as its owner" if isinstance(error, PermissionError) else fix
    return RedismanifestsError(f"{name} cannot be read: {reason}", fix)


def _standard_input(most: int) -> bytes:
    if sys.stdin is None:
        raise ValueError("standard input is closed")
    held = _kept[0][1] if _kept and _kept[0][0] is sys.stdin else b""
    if len(held) <= most:
        held += sys.stdin.buffer.read(most + 1 - len(held))
    _kept[:] = [(sys.stdin, held)]
    return held[: most + 1]
