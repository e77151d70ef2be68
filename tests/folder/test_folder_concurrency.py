"""Two runs at once wait for each other; readers see one state."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

import pytest
from folder_states import FOREIGN, A, B, contents, fork, put, sha256sum_agrees, siblings

from redismanifests.errors import FolderError
from redismanifests.render import output as folder
from redismanifests.render.output import lock

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 60


def test_two_processes_that_write_the_same_folder_end_in_one_of_the_states(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    put(target, FOREIGN)

    def alternate(*states: dict[str, bytes]) -> None:
        for _ in range(ROUNDS):
            for files in states:
                folder.write(target, files)
        os._exit(0)

    children = [fork(lambda: alternate(A, B)), fork(lambda: alternate(B, A))]
    for _ in range(ROUNDS):
        plan = folder.plan(target, A)
        assert not plan.refused
        assert plan.before in ({}, A, B)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert contents(target) in ({**A, **FOREIGN}, {**B, **FOREIGN})
    assert sha256sum_agrees(target)
    assert siblings(target) == []


def test_two_processes_that_make_the_same_parents_both_succeed(tmp_path: Path) -> None:
    for number in range(20):
        target = tmp_path / f"parent-{number}" / "deep" / "rendered"

        def run(target: Path = target) -> None:
            folder.write(target, A)
            os._exit(0)

        children = [fork(run), fork(run)]
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
        assert contents(target) == A


def test_a_lock_that_is_never_released_ends_in_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_PAUSES", 3)
    holder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(FolderError, match="another program has held its lock"):
            folder.write(tmp_path / "rendered", A)
    finally:
        os.close(holder)
    folder.write(tmp_path / "rendered", A)
