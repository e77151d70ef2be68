"""What a run does to a folder where nothing stands in the way."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from folder_states import FOREIGN, A, B, contents, facts, put, sha256sum_agrees, siblings

from redismanifests.render import output as folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    put(tmp_path / "rendered", FOREIGN)
    folder.write(tmp_path / "rendered", A)
    return tmp_path / "rendered"


def test_a_first_run_makes_the_folder_and_its_parents(tmp_path: Path) -> None:
    plan = folder.write(tmp_path / "a" / "b" / "rendered", A)
    assert plan.added == ("SHA256SUMS", "gone.yaml", "redis.yaml", "same.yaml")
    assert contents(tmp_path / "a" / "b" / "rendered") == A
    assert sha256sum_agrees(tmp_path / "a" / "b" / "rendered")
    assert siblings(tmp_path / "a" / "b" / "rendered") == []


def test_a_later_run_replaces_adds_and_removes(target: Path) -> None:
    plan = folder.write(target, B)
    assert (plan.added, plan.changed, plan.removed, plan.unchanged) == (
        ("fresh.yaml",),
        ("SHA256SUMS", "redis.yaml"),
        ("gone.yaml",),
        ("same.yaml",),
    )
    assert plan.foreign == ("notes.txt", "overlays")
    assert contents(target) == {**B, **FOREIGN}
    assert sha256sum_agrees(target)
    assert siblings(target) == []


def test_a_plan_says_what_write_does_and_writes_nothing(target: Path) -> None:
    before = facts(target.parent)
    plan = folder.plan(target, B)
    assert plan.differs
    assert (plan.before, plan.after) == (A, B)
    assert facts(target.parent) == before
    assert folder.write(target, B) == plan
    assert not folder.plan(target, B).differs


def test_a_plan_for_a_folder_that_is_not_there_adds_everything(tmp_path: Path) -> None:
    plan = folder.plan(tmp_path / "no" / "rendered", A)
    assert plan.added == ("SHA256SUMS", *sorted(A))
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_if_nothing_changes(target: Path) -> None:
    before = facts(target.parent)
    assert not folder.write(target, A).differs
    assert facts(target.parent) == before


def test_an_unchanged_file_keeps_its_inode_and_time(target: Path) -> None:
    before = facts(target)["same.yaml"]
    folder.write(target, B)
    assert facts(target)["same.yaml"] == before


def test_foreign_files_and_directories_keep_everything(target: Path) -> None:
    (target / "notes.txt").chmod(0o600)
    (target / "link").symlink_to("nowhere")
    os.mkfifo(target / "pipe")
    (target / "overlays" / "prod").chmod(0o555)
    kept = {path: fact for path, fact in facts(target).items() if path not in {*A, folder.SUMS}}
    folder.write(target, B)
    assert kept.items() <= facts(target).items()
    assert all(path.lstat().st_nlink == 1 for path in target.rglob("*") if not path.is_dir())
    assert siblings(target) == []


def test_the_folder_keeps_its_inode_and_mode(target: Path) -> None:
    target.chmod(0o2750)
    before = target.stat()
    folder.write(target, B)
    assert (target.stat().st_ino, target.stat().st_mode) == (before.st_ino, before.st_mode)


@pytest.mark.parametrize(("umask", "file", "directory"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700)])
def test_modes_are_those_of_ordinary_tools(umask: int, file: int, directory: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        folder.write(tmp_path / "rendered", A)
    finally:
        os.umask(before)
    assert (tmp_path / "rendered").stat().st_mode & 0o7777 == directory
    assert {path.stat().st_mode & 0o7777 for path in (tmp_path / "rendered").iterdir()} == {file}


def test_a_shell_that_stands_in_the_folder_sees_the_new_state(target: Path) -> None:
    with subprocess.Popen(
        ["sh", "-c", "echo stands; read go; cat redis.yaml; sha256sum -c --quiet SHA256SUMS && pwd -P"],
        cwd=target,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as shell:
        # A shell that starts amid the exchange would remember the folder's passing name.
        assert shell.stdout is not None
        assert shell.stdout.readline() == "stands\n"
        folder.write(target, B)
        answer, _ = shell.communicate("go\n")
    assert answer == f"kind: B\n{target.resolve()}\n"


@pytest.mark.parametrize("name", [".", "../rendered", "../rendered/overlays/.."])
def test_a_run_from_inside_the_folder_writes_there(
    name: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(target)
    folder.write(Path(name), B)
    assert contents(Path()) == contents(target) == {**B, **FOREIGN}
    assert siblings(target) == []


def test_a_folder_with_equal_files_and_no_list_is_adopted(tmp_path: Path) -> None:
    put(tmp_path / "rendered", {**A, **FOREIGN})
    assert folder.write(tmp_path / "rendered", A).added == ("SHA256SUMS",)
    folder.write(tmp_path / "rendered", B)
    assert contents(tmp_path / "rendered") == {**B, **FOREIGN}


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    folder.write(tmp_path, A)
    assert contents(tmp_path) == A


def test_an_owned_file_that_was_deleted_comes_back_or_stays_away(target: Path) -> None:
    (target / "redis.yaml").unlink()
    (target / "gone.yaml").unlink()
    assert folder.write(target, B).added == ("fresh.yaml", "redis.yaml")
    assert sha256sum_agrees(target)


def test_a_rendering_of_nothing_leaves_only_what_is_foreign(target: Path, tmp_path: Path) -> None:
    folder.write(target, {})
    assert contents(target) == FOREIGN
    assert not (target / folder.SUMS).exists()
    assert not folder.write(tmp_path / "a" / "b", {}).differs
    assert not (tmp_path / "a").exists()


def test_read_tells_the_listed_files_as_they_stand(target: Path, tmp_path: Path) -> None:
    put(target, {"redis.yaml": b"edited\n"})
    (target / "same.yaml").unlink()
    assert folder.read(target) == {"redis.yaml": b"edited\n", "gone.yaml": A["gone.yaml"]}
    assert folder.read(tmp_path / "no" / "folder") == {}
    assert folder.read(target / "overlays") == {}


def test_kubectl_and_git_see_no_file_but_the_rendered_ones(target: Path) -> None:
    assert not folder.SUMS.endswith((".yaml", ".yml", ".json"))
    before = {path.name for path in target.parent.iterdir()}
    folder.write(target, B)
    assert {path.name for path in target.parent.iterdir()} == before


def test_a_folder_that_is_a_git_work_tree_stays_one(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e@example.com", *words],
            cwd=tmp_path / "rendered",
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    folder.write(tmp_path / "rendered", A)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    folder.write(tmp_path / "rendered", B)
    assert git("status", "--porcelain").splitlines() == [
        " M SHA256SUMS",
        " D gone.yaml",
        " M redis.yaml",
        "?? fresh.yaml",
    ]
    git("fsck", "--strict")
