"""Files: a report of a verification as one file, in the format that its ending names.

Why: the file is written whole or not at all, and takes the place only of a report that no one edited since.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from redismanifests.errors import FolderError
from redismanifests.present.documents.verification import verified
from redismanifests.present.verification.seal import ours, sealed
from redismanifests.present.writers import REPORT, format_of, written
from redismanifests.render.output import file

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.prove.result.verification import Verification


def report_text(verification: Verification, name: str) -> str:
    """The report in the format of that name: the same verification gives the same bytes."""
    return sealed(written(verified(verification), name))


def refuse_loss(path: Path) -> None:
    """Raise now, not when everything is measured, if there is no such format or a file would be lost."""
    format_of(path, REPORT)
    _before(path)


def write(path: Path, verification: Verification) -> None:
    """Write the report; raises as `refuse_loss`, and FolderError where it cannot be written: all is then as it was."""
    content = report_text(verification, format_of(path, REPORT)).encode()
    before = _before(path)
    if before is None:
        _create(path, content)
    else:
        file.replace(path, before, content)


def _before(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        # A link to nowhere is someone's, too.
        if not os.path.lexists(path):
            return None
        raise FolderError(f"{path} is a link to nothing", "remove it, or give another name") from None
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}", "give another name") from None
    if not ours(content):
        raise FolderError(
            f"{path} is no report of redismanifests, or was edited since", "remove it, or give another name"
        )
    return content


def _create(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.redismanifests-new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            new.unlink()  # what a killed run left
        try:
            with new.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            # Unlike a rename this fails where someone was faster.
            path.hardlink_to(new)
        finally:
            with suppress(OSError):
                new.unlink()
    except OSError as error:
        raise FolderError(
            f"{path} cannot be written: {error.strerror}", "make its directory writable, or give another name"
        ) from None
