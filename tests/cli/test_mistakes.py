"""Mistakes on the command line: each is answered with place, fact and fix, and leaves nothing half written."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from commandline import PROGRAM, redismanifests
from outside import missing

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = "name: redis\nnamespace: shop\n"
VALUES = "sentinel: {enabled: true}\n"


def left(folder: Path) -> set[str]:
    """Every file and folder below."""
    return {str(each.relative_to(folder)) for each in folder.rglob("*")}


def without_rights(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A run whose user, root too, has no more rights than the modes of files give."""
    command = [*PROGRAM, *words]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            missing("apt-get install util-linux")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("init", "-"), "- is no file: a profile is written to one\n   = fix: name a file, such as profile.yaml"),
        (("init", "here"), "here is a folder\n   = fix: name a file in it: here/profile.yaml"),
        (("init", "new/"), "new is a folder\n   = fix: name a file in it: new/profile.yaml"),
        (("migrate", "values.yaml", "-o", "here"), "here is a folder\n   = fix: name a file in it: here/profile.yaml"),
        (("migrate", "values.yaml", "-o", "-"), "- is no file: a profile is written to one"),
        (("migrate", "stauts", "values.yaml"), "stauts cannot be read: No such file or directory\n   = fix: did you"),
        (("migrate", "values.yaml", "--chart", "bitnami/redis:new"), "new is no version of a chart"),
        (("migrate", "values.yaml", "--chart", "bitnami/redi"), "fix: did you mean --chart bitnami/redis?"),
        (("show", "redis.aof"), "redis.aof is a setting, and there is no profile.yaml here: name the profile"),
        (("diff", "values.yaml", "-o", "here"), "No such option '-o'. The folder is the second argument"),
        (("schema", "--output", "x"), "No such option '--output'. It is printed: schema > FILE."),
    ],
)  # fmt: skip
def test_a_slip_is_answered_with_what_was_meant_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    (tmp_path / "here").mkdir()
    done = redismanifests(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert left(tmp_path) == {"values.yaml", "here"}


@pytest.mark.parametrize(
    "words",
    [
        ("check", "locked.yaml"),
        ("show", "locked.yaml"),
        ("check", "profile.yaml", "--limits", "locked.yaml"),
        ("check", "profile.yaml", "--against", "locked.yaml"),
        ("migrate", "locked.yaml"),
        ("report", "diff", "locked.yaml", "locked.yaml"),
    ],
)
def test_a_file_without_permission_is_answered_with_how_to_permit_it(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    for name in ("profile.yaml", "locked.yaml"):
        (tmp_path / name).write_text(PROFILE, encoding="utf-8")
    (tmp_path / "locked.yaml").chmod(0)
    done = without_rights(*words, cwd=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert "locked.yaml" in said
    assert "permission" in said.lower()
    assert "= fix: chmod u+r it, or run as its owner" in said


def test_a_migration_that_cannot_be_written_is_not_said_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    (tmp_path / "locked").mkdir(mode=0o555)
    done = without_rights("migrate", "values.yaml", "-o", "locked/profile.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: locked/profile.yaml cannot be written: Permission denied")
    assert redismanifests("migrate", "values.yaml", "-o", "new/profile.yaml", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("target", ["new/deeper/profile.yaml", "new/../profile.yaml", "profile.yaml"])
def test_a_start_that_fails_on_the_way_leaves_nothing(tmp_path: Path, target: str) -> None:
    # Enough for the profile, and not for the schema beside it.
    full = (16 << 10, 16 << 10)
    done = subprocess.run(
        [*PROGRAM, "init", target],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, full),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "redismanifests.schema.json cannot be written: File too large" in done.stderr
    assert left(tmp_path) == set()


def test_what_we_rendered_is_not_taken_for_a_deployment_of_others(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(PROFILE, encoding="utf-8")
    redismanifests("render", cwd=tmp_path)
    files = sorted(str(each.relative_to(tmp_path)) for each in (tmp_path / "rendered").glob("*.yaml"))
    for given in (files, ["rendered/redis-statefulset.yaml"]):
        done = redismanifests("migrate", *given, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "these objects were rendered by redismanifests" in done.stderr
        assert "fix: use the profile that they were rendered from" in done.stderr
