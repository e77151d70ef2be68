"""What the system refuses becomes one error with a fix, and the folder stays as it was."""

from __future__ import annotations

import resource
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from folder_states import (
    FOREIGN,
    A,
    B,
    as_nobody,
    contents,
    facts,
    in_child,
    open_directory,
    put,
    sha256sum_agrees,
    siblings,
)

from redismanifests.errors import FolderError
from redismanifests.render import output as folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def mounted(where: Path, *options: str) -> Iterator[None]:
    where.mkdir(exist_ok=True)
    run = subprocess.run(["mount", *options, str(where)], capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip(f"mounting needs root: {run.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(where)], check=True)


def test_a_full_disk_is_told_and_leaves_the_old_state(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=256k", "none"):
        target = tmp_path / "disk" / "rendered"
        put(target, FOREIGN)
        folder.write(target, A)
        before = facts(target)
        with pytest.raises(FolderError, match="no space left") as error:
            folder.write(target, {**B, "large.yaml": b"x" * 300_000})
        assert "free some space" in error.value.fix
        assert facts(target) == before
        assert siblings(target) == []
        folder.write(target, B)
        assert sha256sum_agrees(target)


def test_a_file_size_limit_is_told_and_leaves_the_old_state(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    folder.write(target, A)
    before = facts(target)

    def run() -> object:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        return folder.write(target, {**B, "large.yaml": b"x" * 3000})

    fact, _ = in_child(run)
    assert "file too large" in fact
    assert facts(target) == before
    assert siblings(target) == []


def read_only(room: Path) -> None:
    (room / "rendered").chmod(0o555)


def parent_of_others(room: Path) -> None:
    room.chmod(0o755)


@pytest.mark.parametrize("obstacle", [read_only, parent_of_others])
def test_a_directory_that_one_may_not_write_is_told(obstacle: Callable[[Path], None]) -> None:
    with open_directory() as room:
        target = room / "rendered"
        as_nobody(lambda: folder.write(target, A).added)
        obstacle(room)
        fact, fix = as_nobody(lambda: folder.write(target, B))
        assert "permission denied" in fact
        assert f"check that you may write to {target} and to {room}" in fix
        assert contents(target) == A
        assert siblings(target) == []
        assert as_nobody(lambda: folder.write(target, A).added) == ()


def test_a_folder_below_a_directory_that_one_may_not_list_can_be_read() -> None:
    with open_directory() as room:
        target = room / "rendered"
        folder.write(target, A)
        room.chmod(0o711)
        assert as_nobody(lambda: folder.read(target)) == A
        assert as_nobody(lambda: folder.plan(target, B).removed) == ("gone.yaml",)


def test_a_file_that_one_may_not_read_is_refused_by_name() -> None:
    with open_directory() as room:
        target = room / "rendered"
        as_nobody(lambda: folder.write(target, A).added)
        (target / "redis.yaml").chmod(0)
        fact, _ = as_nobody(lambda: folder.write(target, B, overwrite=True))
        assert "redis.yaml: cannot be read: permission denied" in fact


def test_a_directory_that_one_may_not_list_is_told() -> None:
    with open_directory() as room:
        target = room / "rendered"
        put(target, {"private/file": b""})
        (target / "private").chmod(0o700)
        target.chmod(0o777)
        fact, _ = as_nobody(lambda: folder.write(target, A))
        assert fact == f"{target}/private: permission denied"


def test_a_mount_point_is_told_and_a_folder_below_it_works(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    with mounted(target, "-t", "tmpfs", "none"):
        put(target, FOREIGN)
        folder.write(target / "rendered", A)
        with pytest.raises(FolderError, match="is or holds a mount point") as error:
            folder.write(target, A)
        assert f"render into a directory below it ({target}/rendered)" in error.value.fix
        assert contents(target) == {**FOREIGN, **{f"rendered/{name}": A[name] for name in A}}
        assert siblings(target) == []


@pytest.mark.parametrize("where", ["", "overlays"])
def test_a_bind_mount_of_the_same_file_system_is_told(where: str, tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    put(tmp_path / "real", FOREIGN)
    put(target, FOREIGN)
    with mounted(target / where, "--bind", str(tmp_path / "real")):
        before = facts(tmp_path)
        with pytest.raises(FolderError, match="is or holds a mount point"):
            folder.write(target, A)
        assert facts(tmp_path) == before


def test_a_folder_of_a_lower_layer_of_an_image_is_told_and_can_be_renewed(tmp_path: Path) -> None:
    folder.write(tmp_path / "lower" / "rendered", A)
    for name in ("upper", "work"):
        (tmp_path / name).mkdir()
    options = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work,redirect_dir=off"
    with mounted(tmp_path / "merged", "-t", "overlay", "-o", options, "none"):
        target = tmp_path / "merged" / "rendered"
        with pytest.raises(FolderError, match="lower layer of a container image") as error:
            folder.write(target, B)
        assert contents(target) == A
        assert siblings(target) == []
        command = error.value.fix.split("renew it: ")[1]
        subprocess.run(command, shell=True, cwd=tmp_path / "merged", check=True)
        folder.write(target, B)
        assert contents(target) == B
        assert sha256sum_agrees(target)


def test_a_read_only_file_system_is_told(tmp_path: Path) -> None:
    folder.write(tmp_path / "real" / "rendered", A)
    with mounted(tmp_path / "seen", "--bind", "-o", "ro", str(tmp_path / "real")):
        assert not folder.plan(tmp_path / "seen" / "rendered", A).differs
        with pytest.raises(FolderError, match=r"read-only file system|permission denied"):
            folder.write(tmp_path / "seen" / "rendered", B)


def test_a_sibling_of_our_name_that_is_no_directory_is_never_deleted(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    folder.write(target, A)
    put(tmp_path, {".rendered.redismanifests-new": b"what is this"})
    with pytest.raises(FolderError, match="is not a directory"):
        folder.write(target, B)
    assert contents(tmp_path)[".rendered.redismanifests-new"] == b"what is this"


def test_what_only_a_left_sibling_holds_is_never_deleted(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    folder.write(target, A)
    left = tmp_path / ".rendered.redismanifests-swap"
    put(left, {"precious.txt": b"only here", "redis.yaml": A["redis.yaml"]})
    with pytest.raises(FolderError, match=r"holds what .* does not: precious.txt") as error:
        folder.write(target, B)
    assert f"rm -r {left}" in error.value.fix
    assert contents(left) == {"precious.txt": b"only here", "redis.yaml": A["redis.yaml"]}
    (left / "precious.txt").unlink()
    folder.write(target, B)
    assert siblings(target) == []
