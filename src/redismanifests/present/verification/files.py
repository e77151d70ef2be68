"""Files: a report of a verification as one file, in the form that its name says.

Why: the file is written whole or not at all, and takes the place only of a report that no one edited since.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from redismanifests.errors import FolderError, RedismanifestsError
from redismanifests.present.verification.junit import junit
from redismanifests.present.verification.machine import verification_json
from redismanifests.present.verification.markdown import markdown
from redismanifests.present.verification.page import page
from redismanifests.present.verification.seal import ours, sealed
from redismanifests.render.output import file

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.prove.result.verification import Verification

FORMS = {".html": page, ".md": markdown, ".json": verification_json, ".xml": junit}


def report_text(verification: Verification, form: str) -> str:
    """The report in the form of that ending: the same verification gives the same bytes."""
    return sealed(FORMS[form](verification))


def refuse_loss(path: Path) -> None:
    """Raise now, not when everything is measured, if there is no such form or a file would be lost."""
    if path.suffix not in FORMS:
        raise RedismanifestsError(
            f"{path}: a report ends in {', '.join(sorted(FORMS))}, which says its form", "give it such a name"
        )
    _before(path)


def write(path: Path, verification: Verification) -> None:
    """Write the report; raises as `refuse_loss`, and FolderError where it cannot be written: all is then as it was."""
    refuse_loss(path)
    content = report_text(verification, path.suffix).encode()
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
