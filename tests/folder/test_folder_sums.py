"""The list of what is ours: what every sha256sum takes, and nobody else writes."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from folder_states import A, put

from redismanifests.errors import FolderError
from redismanifests.render import output as folder
from redismanifests.render.output import sums

if TYPE_CHECKING:
    from pathlib import Path

ONE = b"0" * 64


def test_the_list_is_sorted_and_names_every_file() -> None:
    listed = sums.printed({"b.yaml": b"", "a.yaml": b""}).decode().splitlines()
    assert [line.split(" *")[1] for line in listed] == ["a.yaml", "b.yaml"]


def test_the_list_that_is_printed_is_the_list_that_is_parsed() -> None:
    assert sums.parsed(sums.printed(A)) == {name: sums.checksum(text) for name, text in A.items()}


@pytest.mark.parametrize("tool", ["sha256sum --strict", "busybox sha256sum", "shasum -a 256 --strict"])
def test_every_tool_accepts_the_list_and_finds_an_edit(tool: str, tmp_path: Path) -> None:
    command = tool.split()
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not on this machine")
    folder.write(tmp_path / "rendered", A)

    def verdict() -> int:
        return subprocess.run(
            [*command, "-c", folder.SUMS], cwd=tmp_path / "rendered", check=False, capture_output=True
        ).returncode

    assert verdict() == 0
    put(tmp_path / "rendered", {"redis.yaml": b"edited"})
    assert verdict() != 0


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty"),
        (ONE + b" *a.yaml", "is cut off"),
        (ONE + b" *a.yaml\n\n", "line 2 is not of the form"),
        (ONE + b"  a.yaml\n", "line 1 is not of the form"),
        (ONE + b" *a.yaml\r\n", "line 1 is not of the form"),
        (b"<<<<<<< HEAD\n", "line 1 is not of the form"),
        (ONE + b" *../a.yaml\n", "line 1 lists '../a.yaml'"),
        (ONE + b" *sub/a.yaml\n", "line 1 lists 'sub/a.yaml'"),
        (ONE + b" *..\n", "line 1 lists '..'"),
        (ONE + b" *SHA256SUMS\n", "line 1 lists 'SHA256SUMS'"),
        (ONE + b" *a.yaml\n" + ONE + b" *a.yaml\n", "line 2 lists 'a.yaml' a second time"),
        (b"\xff\x00\n", "line 1 is not of the form"),
    ],
)
def test_a_list_that_is_not_ours_is_refused_with_its_fault(
    content: bytes, fault: str, tmp_path: Path
) -> None:
    put(tmp_path, {"rendered/SHA256SUMS": content})
    with pytest.raises(FolderError, match="SHA256SUMS") as refused:
        folder.write(tmp_path / "rendered", A)
    assert fault in refused.value.fact
    with pytest.raises(FolderError, match="SHA256SUMS"):
        folder.read(tmp_path / "rendered")


def test_the_list_of_a_release_made_by_sha256sum_is_not_taken_for_ours(tmp_path: Path) -> None:
    put(tmp_path, {"release.tar.gz": b"precious"})
    subprocess.run("sha256sum release.tar.gz > SHA256SUMS", shell=True, cwd=tmp_path, check=True)
    with pytest.raises(FolderError):
        folder.write(tmp_path, A)
    folder.write(tmp_path, A, overwrite=True)
    assert (tmp_path / "release.tar.gz").read_bytes() == b"precious"


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "-rf", "A.yaml", "a/b", "a b", "a\n", "ä", "sha256sums", "a" * 256]
)
def test_a_name_that_a_rendering_may_not_have_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="names that a file"):
        folder.plan(tmp_path / "rendered", {name: b"", "a.yaml": b""})
    with pytest.raises(FolderError, match="names that a file"):
        folder.write(tmp_path / "rendered", {name: b"", "a.yaml": b""})
    assert not list(tmp_path.iterdir())
