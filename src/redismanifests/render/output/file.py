"""File: one file of the user's replaced, whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

from redismanifests.errors import FolderError


def replace(path: Path, before: bytes, after: bytes) -> None:
    """Make ``path``, which held ``before``, hold ``after``; a link stays a link, mode and owner stay.

    Raises FolderError where someone changed it meanwhile, or it cannot be written; it is then as it was.
    """
    target = Path(os.path.realpath(path))
    new = target.with_name(f".{target.name}.redismanifests-new")
    try:
        if target.read_bytes() != before:
            raise FolderError(
                f"{path}: someone changed it meanwhile, so it was left as it is", "run it again"
            )
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        status = target.stat()
        with suppress(FileNotFoundError):
            new.unlink()  # what a killed run left
        with new.open("xb") as stream:
            try:
                stream.write(after)
                stream.flush()
                os.fsync(stream.fileno())
                with suppress(PermissionError):
                    os.chown(new, status.st_uid, status.st_gid)
                new.chmod(S_IMODE(status.st_mode))
                new.replace(target)
            except BaseException:
                with suppress(OSError):
                    new.unlink()
                raise
    except OSError as error:
        raise FolderError(
            f"{path} cannot be written: {error.strerror}", "make the file and its directory writable"
        ) from None
