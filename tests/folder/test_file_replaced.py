"""One file is replaced whole or not at all, and stays what it was otherwise."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from redismanifests.errors import FolderError
from redismanifests.render.output import file

if TYPE_CHECKING:
    from pathlib import Path


def test_mode_and_links_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "profile.yaml", tmp_path / "profile.yaml"
    target.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    file.replace(link, b"old", b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(target.parent) == ["profile.yaml"]  # noqa: PTH208


def test_what_somebody_changed_meanwhile_is_left(tmp_path: Path) -> None:
    target = tmp_path / "profile.yaml"
    target.write_bytes(b"theirs")
    with pytest.raises(FolderError, match="meanwhile"):
        file.replace(target, b"old", b"new")
    assert target.read_bytes() == b"theirs"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "profile.yaml"
    target.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FolderError, match="No space left"):
        file.replace(target, b"old", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_what_a_killed_run_left_is_no_obstacle(tmp_path: Path) -> None:
    target = tmp_path / "profile.yaml"
    target.write_bytes(b"old")
    (tmp_path / ".profile.yaml.redismanifests-new").write_bytes(b"half")
    file.replace(target, b"old", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"profile.yaml": b"new"}
