"""What would lose something of the user's is refused, with every name, and nothing changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from folder_states import FOREIGN, A, B, contents, facts, put, sha256sum_agrees, siblings

from redismanifests.errors import FolderError
from redismanifests.render import output as folder
from redismanifests.render.output.tree import CARRIED_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Callable


def an_edit(target: Path) -> None:
    put(target, {"redis.yaml": b"edited\n"})


def an_edit_of_a_file_that_is_no_longer_rendered(target: Path) -> None:
    put(target, {"gone.yaml": b"edited\n"})


def a_foreign_file(target: Path) -> None:
    put(target, {"fresh.yaml": b"foreign\n"})


def a_link_to_a_file(target: Path) -> None:
    (target / "fresh.yaml").symlink_to("redis.yaml")


def a_link_in_place_of_our_file(target: Path) -> None:
    (target / "same.yaml").rename(target / "elsewhere")
    (target / "same.yaml").symlink_to("elsewhere")


def a_link_to_nothing(target: Path) -> None:
    (target / "fresh.yaml").symlink_to("nowhere")


def a_directory(target: Path) -> None:
    (target / "fresh.yaml").mkdir()


def a_directory_in_place_of_our_file(target: Path) -> None:
    (target / "gone.yaml").unlink()
    (target / "gone.yaml").mkdir()


def a_pipe(target: Path) -> None:
    os.mkfifo(target / "fresh.yaml")


def a_list_that_is_a_link(target: Path) -> None:
    (target / "SHA256SUMS").rename(target / "list")
    (target / "SHA256SUMS").symlink_to("list")


FORCIBLE = [an_edit, an_edit_of_a_file_that_is_no_longer_rendered, a_foreign_file]
NEVER = [
    a_link_to_a_file,
    a_link_in_place_of_our_file,
    a_link_to_nothing,
    a_directory,
    a_directory_in_place_of_our_file,
    a_pipe,
    a_list_that_is_a_link,
]


def in_the_way(target: Path, obstacle: Callable[[Path], None]) -> dict[str, tuple[object, ...]]:
    put(target, FOREIGN)
    folder.write(target, A)
    obstacle(target)
    return facts(target)


@pytest.mark.parametrize("obstacle", [*FORCIBLE, *NEVER])
def test_an_obstacle_is_refused_and_nothing_changes(obstacle: Callable[[Path], None], tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    before = in_the_way(target, obstacle)
    refused = folder.plan(target, B).refused
    assert refused
    with pytest.raises(FolderError) as error:
        folder.write(target, B)
    assert all(f"  {one.name}: {one.reason}" in error.value.fact for one in refused)
    assert all(one.fix in error.value.fix for one in refused)
    assert facts(target) == before
    assert siblings(target) == []


@pytest.mark.parametrize("obstacle", FORCIBLE)
def test_a_regular_file_in_the_way_can_be_overwritten(
    obstacle: Callable[[Path], None], tmp_path: Path
) -> None:
    target = tmp_path / "rendered"
    in_the_way(target, obstacle)
    plan = folder.write(target, B, overwrite=True)
    assert not plan.refused
    assert contents(target) == {**B, **FOREIGN}
    assert sha256sum_agrees(target)


@pytest.mark.parametrize("obstacle", NEVER)
def test_links_directories_and_special_files_are_never_overwritten(
    obstacle: Callable[[Path], None], tmp_path: Path
) -> None:
    target = tmp_path / "rendered"
    before = in_the_way(target, obstacle)
    with pytest.raises(FolderError):
        folder.write(target, B, overwrite=True)
    assert facts(target) == before


def test_all_offending_names_are_told_at_once(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    folder.write(target, A)
    for obstacle in FORCIBLE:
        obstacle(target)
    with pytest.raises(FolderError) as error:
        folder.write(target, B)
    assert error.value.fact == (
        f"{target}: nothing was written, because these files would be lost or are in the way:"
        "\n  fresh.yaml: exists and was not written by redismanifests"
        "\n  gone.yaml: was edited since it was rendered"
        "\n  redis.yaml: was edited since it was rendered"
    )


def test_an_edit_that_equals_the_new_content_is_fine(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    folder.write(target, A)
    put(target, {"redis.yaml": B["redis.yaml"]})
    assert "redis.yaml" in folder.write(target, B).unchanged
    assert contents(target) == B
    assert sha256sum_agrees(target)


def test_a_list_in_conflict_can_be_overwritten_and_loses_no_file(tmp_path: Path) -> None:
    target = tmp_path / "rendered"
    folder.write(target, A)
    put(target, {"SHA256SUMS": b"<<<<<<< ours\n"})
    folder.write(target, B, overwrite=True)
    assert contents(target) == {**B, "gone.yaml": A["gone.yaml"]}
    assert sha256sum_agrees(target)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    folder.write(tmp_path / "real", A)
    (tmp_path / "rendered").symlink_to("real")
    for act in (folder.plan, folder.write):
        with pytest.raises(FolderError, match="is a symbolic link"):
            act(tmp_path / "rendered", B)
    with pytest.raises(FolderError, match="is a symbolic link"):
        folder.read(tmp_path / "rendered")
    assert contents(tmp_path / "real") == A


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"rendered": b"a file"})
    with pytest.raises(FolderError, match="is not a directory"):
        folder.write(tmp_path / "rendered", A)
    with pytest.raises(FolderError, match="not a directory"):
        folder.write(tmp_path / "rendered" / "below", A)
    assert contents(tmp_path) == {"rendered": b"a file"}


def test_the_root_directory_is_refused() -> None:
    with pytest.raises(FolderError, match="root directory"):
        folder.write(Path("/"), A)


def test_a_home_or_a_repository_given_by_mistake_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "home", {"file": b""})
    for number in range(CARRIED_AT_MOST):
        os.link(tmp_path / "home" / "file", tmp_path / "home" / str(number))
    with pytest.raises(FolderError, match="holds more than 10000 files"):
        folder.write(tmp_path / "home", A)
    assert siblings(tmp_path / "home") == []
