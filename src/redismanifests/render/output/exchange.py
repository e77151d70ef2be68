"""Exchange: two directories change places, in one step where the system can.

Why it exists: rename() cannot replace a directory that holds something; Linux and macOS have calls that
Python does not offer.
"""

from __future__ import annotations

import errno
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[[bytes, bytes], int]
    """0 for done, else an error number."""

_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # macOS sys/stdio.h
_AT_FDCWD = -100  # linux/fcntl.h
_SYSCALL = {"x86_64": 316, "aarch64": 276, "riscv64": 276}
"""renameat2 by number, for musl, which has no function of that name."""
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}
"""The kernel or this file system does not know the exchange."""


def exchange(one: Path, other: Path, aside: Path) -> None:
    """Let two directories of one parent change places.

    Where the system cannot do that in one step, ``other`` goes to ``aside`` for the time between two renames;
    a process that dies there leaves it at ``aside``. Raises OSError, and then both are where they were.
    """
    call = _call(sys.platform)
    error = call(os.fsencode(one), os.fsencode(other)) if call else errno.ENOSYS
    if not error:
        return
    if error not in _CANNOT:
        raise OSError(error, os.strerror(error), str(other))
    other.rename(aside)
    try:
        one.rename(other)
    except OSError:
        aside.rename(other)
        raise
    aside.rename(one)


@cache
def _call(platform: str) -> Call | None:
    """The system's exchange, if it has one."""
    if platform not in {"linux", "darwin"}:
        return None
    import ctypes  # noqa: PLC0415 (3 ms that a first rendering does not need)

    library = ctypes.CDLL(None, use_errno=True)

    def answer(result: int) -> int:
        return ctypes.get_errno() if result else 0

    if platform == "darwin":
        swap = library.renamex_np
        swap.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint)
        return lambda one, other: answer(swap(one, other, _RENAME_SWAP))

    path, handle = ctypes.c_char_p, ctypes.c_int
    if hasattr(library, "renameat2"):
        rename = library.renameat2
        rename.argtypes = (handle, path, handle, path, ctypes.c_uint)
        return lambda one, other: answer(rename(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE))

    # The number belongs to 64-bit programs; a 32-bit one on the same kernel has another.
    number = _SYSCALL.get(os.uname().machine) if sys.maxsize > 2**32 else None
    if number is None:
        return None
    syscall = library.syscall
    syscall.restype = ctypes.c_long
    syscall.argtypes = (ctypes.c_long, handle, path, handle, path, ctypes.c_uint)
    return lambda one, other: answer(
        cast("int", syscall(number, _AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE))
    )
