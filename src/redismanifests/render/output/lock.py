"""Lock: one run at a time below a parent directory.

Why it exists: two runs that exchange the same folder would each take the other's work for an edit by the
user. The lock is on the parent directory itself (the folder changes its inode, and a lock file would be
litter); the kernel releases it when the process dies.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import contextmanager
from time import sleep
from typing import TYPE_CHECKING

from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FIRST_PAUSE_SECONDS, _PAUSE_SECONDS = 0.0005, 0.01
"""Pauses grow to the second: a run holds the lock for a millisecond or two."""
_PAUSES = 3000  # half a minute, thousands of runs; `flock . redismanifests ...` would wait forever
_NO_LOCKS = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP}
"""The file system does not lock directories (NFS). A run without a lock is better than none."""


@contextmanager
def locked(directory: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a directory, alone or with other readers. Raises OSError, and FolderError after half a minute."""
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        if not shared:
            raise
        yield  # one may read below a directory that one cannot list
        return
    try:
        _wait(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, directory)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, kind: int, directory: Path) -> None:
    for number in range(_PAUSES):
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(min(_FIRST_PAUSE_SECONDS * (number + 1), _PAUSE_SECONDS))
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return
        else:
            return
    raise FolderError(
        f"{directory}: another program has held its lock for {_PAUSES * _PAUSE_SECONDS:.0f} s",
        f"wait for the other run, or find the program with `fuser -v {directory}`",
    )
