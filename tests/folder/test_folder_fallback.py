"""Where the system has no exchange, no hard links or no locks, a run still does what it says."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from folder_states import (
    FOREIGN,
    A,
    B,
    as_nobody,
    at_line,
    contents,
    die,
    facts,
    fork,
    in_child,
    lines_that_change,
    open_directory,
    put,
    siblings,
)
from refusing_kernel import FLOCK, LINK, LINKAT, RENAMEAT2, needs_seccomp, refuse

from redismanifests.render import output as folder
from redismanifests.render.output import exchange

if TYPE_CHECKING:
    from pathlib import Path


def test_a_system_without_an_exchange_gets_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "sunos5")
    put(tmp_path / "rendered", FOREIGN)
    folder.write(tmp_path / "rendered", A)
    inode = (tmp_path / "rendered").stat().st_ino
    folder.write(tmp_path / "rendered", B)
    assert contents(tmp_path / "rendered") == {**B, **FOREIGN}
    assert (tmp_path / "rendered").stat().st_ino == inode
    assert siblings(tmp_path / "rendered") == []


@needs_seccomp
def test_the_kernel_refuses_what_it_is_told_to(tmp_path: Path) -> None:
    put(tmp_path, {"file": b""})

    def run() -> list[int | None]:
        refuse(errno.ENOTSUP, RENAMEAT2, LINK, LINKAT, FLOCK)
        call = exchange._call(sys.platform)
        assert call
        errors: list[int | None] = [call(bytes(tmp_path), bytes(tmp_path))]
        for act in (lambda: os.link(tmp_path / "file", tmp_path / "other"), lambda: fcntl.flock(0, 0)):
            try:
                act()
            except OSError as error:
                errors.append(error.errno)
        return errors

    assert in_child(run) == [errno.ENOTSUP] * 3


@needs_seccomp
@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (errno.ENOSYS, (RENAMEAT2,)),
        (errno.EINVAL, (RENAMEAT2,)),
        (errno.EPERM, (LINK, LINKAT)),
        (errno.ENOTSUP, (LINK, LINKAT)),
        (errno.EBADF, (FLOCK,)),
        (errno.ENOTSUP, (RENAMEAT2, LINK, LINKAT, FLOCK)),
    ],
)
def test_a_file_system_that_lacks_something_gets_the_next_best(
    error: int, calls: tuple[int, ...], tmp_path: Path
) -> None:
    target = tmp_path / "rendered"
    put(target, FOREIGN)
    folder.write(target, A)
    (target / "notes.txt").chmod(0o640)
    kept = {path: fact for path, fact in facts(target).items() if path in {*FOREIGN, "overlays"}}

    def run() -> object:
        refuse(error, *calls)
        return folder.write(target, B).changed

    assert in_child(run) == ("SHA256SUMS", "redis.yaml")
    assert contents(target) == {**B, **FOREIGN}
    assert kept.items() <= facts(target).items()
    assert siblings(target) == []


@needs_seccomp
def test_a_kill_where_nothing_can_be_linked_or_exchanged_is_cleaned_up_by_the_next_run(
    tmp_path: Path,
) -> None:
    target = tmp_path / "room" / "rendered"

    def start() -> None:
        shutil.rmtree(target.parent, ignore_errors=True)
        put(target, FOREIGN)
        folder.write(target, A)

    start()
    for step in lines_that_change(target.parent, lambda: folder.write(target, B)):
        start()

        def run(line: int = step) -> None:
            refuse(errno.ENOTSUP, RENAMEAT2, LINK, LINKAT)
            with at_line(line, die):
                folder.write(target, B)

        os.waitpid(fork(run), 0)
        assert not target.exists() or contents(target) in ({**A, **FOREIGN}, {**B, **FOREIGN}), step
        folder.write(target, A)
        assert contents(target) == {**A, **FOREIGN}
        assert siblings(target) == []


def test_a_file_of_somebody_else_is_carried_and_keeps_its_owner() -> None:
    with open_directory() as room:
        target = room / "rendered"

        as_nobody(lambda: folder.write(target, A).added)
        put(target, {"root.txt": b"root's\n"})
        before = (target / "root.txt").stat()
        assert as_nobody(lambda: folder.write(target, B).added) == ("fresh.yaml",)
        after = (target / "root.txt").stat()
        assert (after.st_ino, after.st_uid, after.st_mtime_ns) == (
            before.st_ino,
            before.st_uid,
            before.st_mtime_ns,
        )
        assert siblings(target) == []
