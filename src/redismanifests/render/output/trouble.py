"""Trouble: what the operating system refused, as a fact and a fix.

Why it exists: "[Errno 18] Invalid cross-device link" does not show that the folder is a mount point.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.render.output.place import Place


@contextmanager
def explained(place: Place) -> Iterator[None]:
    """Turn an OSError into a FolderError."""
    try:
        yield
    except OSError as error:
        what = os.fsdecode(error.filename) if error.filename is not None else str(place.folder)
        reason = (error.strerror or str(error)).lower()
        fact = _FACT.get(error.errno or 0, reason)
        raise FolderError(f"{what}: {fact}", _fix(error.errno, place)) from error


_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
_SPACE = {errno.ENOSPC, errno.EDQUOT}
_MOUNT = {errno.EXDEV, errno.EBUSY}
_FACT = dict.fromkeys(
    _MOUNT,
    "cannot change places with another directory: it is or holds a mount point,"
    " or comes from a lower layer of a container image",
)


def _fix(number: int | None, place: Place) -> str:
    if number in _SPACE:
        return f"free some space and render again; {place.folder} is as it was"
    if number in _PERMISSION:
        return (
            f"check that you may write to {place.folder} and to {place.parent}:"
            " the new state is prepared beside the folder and put in its place as a whole"
        )
    if number in _MOUNT:
        return (
            f"render into a directory below it ({place.folder / 'rendered'}),"
            f" or, if it is no mount point, renew it: cp -a {place.folder} copy && rm -r {place.folder}"
            f" && mv copy {place.folder}"
        )
    return f"render into another folder, or make {place.folder} an ordinary directory"
