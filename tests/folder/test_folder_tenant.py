"""A folder is one deployment's: another one does not take its place unasked, and nothing stays behind unseen."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from redismanifests.render import output as folder

if TYPE_CHECKING:
    from pathlib import Path


def _profile(path: Path, name: str, namespace: str = "shop") -> Path:
    path.write_text(f"name: {name}\nnamespace: {namespace}\n", encoding="utf-8")
    return path


def _files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def _left(said: str, where: str) -> bool:
    return bool(
        re.search(
            rf"^warning: {where}: [0-9]+ files of an earlier run \(shop/\w+, shop/\w+-sentinel\)", said, re.M
        )
    )


@pytest.mark.parametrize(("name", "namespace"), [("other", "shop"), ("redis", "staging")])
def test_another_deployment_does_not_take_a_folder_over(tmp_path: Path, name: str, namespace: str) -> None:
    _profile(tmp_path / "a.yaml", "redis")
    _profile(tmp_path / "b.yaml", name, namespace)
    assert redismanifests("render", "a.yaml", cwd=tmp_path).returncode == 0
    before = _files(tmp_path)
    done = redismanifests("render", "b.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds another deployment" in done.stderr
    assert "shop/redis, shop/redis-sentinel" in done.stderr
    assert _files(tmp_path) == before
    checked = redismanifests("render", "--check", "b.yaml", cwd=tmp_path)
    assert (checked.returncode, "holds another deployment" in checked.stderr) == (1, True)
    assert redismanifests("render", "b.yaml", "--force", cwd=tmp_path).returncode == 2
    assert redismanifests("render", "b.yaml", "--replace", cwd=tmp_path).returncode == 0
    assert _files(tmp_path / "rendered") != {
        name: text for name, text in before.items() if "rendered" in name
    }
    assert redismanifests("render", "b.yaml", cwd=tmp_path).returncode == 0


def test_a_deployment_that_changes_keeps_its_folder(tmp_path: Path) -> None:
    profile = _profile(tmp_path / "a.yaml", "redis")
    assert redismanifests("render", profile, cwd=tmp_path).returncode == 0
    profile.write_text(f"{profile.read_text(encoding='utf-8')}redis: {{replicas: 5}}\n", encoding="utf-8")
    assert redismanifests("render", profile, cwd=tmp_path).returncode == 0


def test_one_profile_that_becomes_two_leaves_nothing_unseen(tmp_path: Path) -> None:
    _profile(tmp_path / "a.yaml", "redis")
    _profile(tmp_path / "b.yaml", "cache")
    redismanifests("render", "a.yaml", cwd=tmp_path)
    done = redismanifests("render", "a.yaml", "b.yaml", cwd=tmp_path)
    assert done.returncode == 0
    assert _left(done.stderr, "rendered")
    checked = redismanifests("render", "--check", "a.yaml", "b.yaml", cwd=tmp_path)
    assert (checked.returncode, _left(checked.stderr, "rendered")) == (1, True)
    for path in (tmp_path / "rendered").iterdir():
        if path.is_file():
            path.unlink()
    checked = redismanifests("render", "--check", "a.yaml", "b.yaml", cwd=tmp_path)
    assert (checked.returncode, "earlier run" in checked.stderr) == (0, False)


def test_two_profiles_that_become_one_leave_nothing_unseen(tmp_path: Path) -> None:
    _profile(tmp_path / "a.yaml", "redis")
    _profile(tmp_path / "b.yaml", "cache")
    redismanifests("render", "a.yaml", "b.yaml", cwd=tmp_path)
    redismanifests("render", "a.yaml", cwd=tmp_path)
    checked = redismanifests("render", "--check", "a.yaml", cwd=tmp_path)
    assert checked.returncode == 1
    assert _left(checked.stderr, "rendered/a")
    assert _left(checked.stderr, "rendered/b")
    shutil.rmtree(tmp_path / "rendered" / "a")
    shutil.rmtree(tmp_path / "rendered" / "b")
    assert redismanifests("render", "--check", "a.yaml", cwd=tmp_path).returncode == 0


def test_foreign_files_and_folders_are_nobodys_leftovers(tmp_path: Path) -> None:
    _profile(tmp_path / "a.yaml", "redis")
    redismanifests("render", "a.yaml", cwd=tmp_path)
    (tmp_path / "rendered" / "kustomization.yaml").write_text("resources: []\n", encoding="utf-8")
    folder.write(tmp_path / "rendered" / "report", {"index.html": b"a page"})
    assert redismanifests("render", "--check", "a.yaml", cwd=tmp_path).returncode == 0


def test_rules_over_several_profiles_hold_where_they_are_rendered(tmp_path: Path) -> None:
    _profile(tmp_path / "a.yaml", "redis")
    _profile(tmp_path / "b.yaml", "redis-sentinel")
    done = redismanifests("render", "a.yaml", "b.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "error[RM017]" in done.stderr
    assert "1 of 2 profiles rendered" in done.stderr
    assert not (tmp_path / "rendered" / "b").exists()


def test_a_name_that_is_a_way_up_names_no_folder(tmp_path: Path) -> None:
    _profile(tmp_path / "a.yaml", "redis")
    _profile(tmp_path / "...yaml", "cache")
    done = redismanifests("render", "a.yaml", "...yaml", "-o", "deep/out", cwd=tmp_path)
    assert (done.returncode, "names no sub-folder" in done.stderr) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["...yaml", "a.yaml"]
