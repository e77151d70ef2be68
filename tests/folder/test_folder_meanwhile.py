"""Whoever writes to the folder while a run replaces it loses nothing, at whichever step."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from folder_states import (
    FOREIGN,
    A,
    B,
    at_line,
    contents,
    lines_that_change,
    put,
    sha256sum_agrees,
    siblings,
)

from redismanifests.errors import FolderError
from redismanifests.render import output as folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MINE = b"mine, written meanwhile\n"


def saved(path: Path) -> None:
    """As most editors save: a new file takes the place of the old one."""
    path.with_suffix(".part").write_bytes(MINE)
    path.with_suffix(".part").rename(path)


WRITERS: dict[str, Callable[[Path], object]] = {
    "notes.txt": lambda target: saved(target / "notes.txt"),
    "new.txt": lambda target: (target / "new.txt").write_bytes(MINE),
    "overlays/prod/patch.yaml": lambda target: (target / "overlays/prod/patch.yaml").write_bytes(MINE),
    "overlays/new/deep.yaml": lambda target: put(target, {"overlays/new/deep.yaml": MINE}),
    "redis.yaml": lambda target: (target / "redis.yaml").write_bytes(MINE),
    "same.yaml": lambda target: saved(target / "same.yaml"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_at_any_step_of_a_run_is_kept(name: str, tmp_path: Path) -> None:
    target = tmp_path / "room" / "rendered"

    def start() -> None:
        shutil.rmtree(target.parent, ignore_errors=True)
        put(target, FOREIGN)
        folder.write(target, A)

    start()
    outcomes = set()
    for step in lines_that_change(target.parent, lambda: folder.write(target, B)):
        # The step, and the lines after it: what was looked at may be acted upon a line later.
        for line in (step, step + 1, step + 2):
            start()
            try:
                with at_line(line, lambda: WRITERS[name](target)):
                    folder.write(target, B)
                outcome = B
            except FolderError as error:
                assert "meanwhile" not in error.fact
                outcome = A
            outcomes.add(outcome is B)
            assert contents(target) == {**outcome, **FOREIGN, name: MINE}, line
            assert sha256sum_agrees(target) == (name not in A), line
            assert siblings(target) == [], line
    assert outcomes == {True, False}
