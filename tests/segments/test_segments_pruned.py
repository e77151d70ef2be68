"""Old chains go, and never the newest; that no segment comes any more fails the job."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest

from startup.conftest import make_pod

from .conftest import TEMPLATES, stamp

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from restore.conftest import Store
    from startup.conftest import Pod

HOUR = 3600


def _chain(store: Store, pod: str, since: float, until: float) -> Path:
    folder = store.folder / "shop" / "redis" / pod / stamp(since)
    folder.mkdir(parents=True)
    (folder / "base").write_text("base")
    (folder / "manifest.json").write_text("{}")
    (folder / f"{0:015d}-{stamp(until)}-master-0").write_text("x" * 128)
    return folder


def make_pruner(root: Path) -> Pod:
    """The pod that removes old segments, without a store."""
    pod = make_pod(root, "redis-backup", {})
    for part in ("list", "prune"):
        shutil.copy(TEMPLATES / "segments" / f"{part}.sh", pod.config / f"segments-{part}.sh")
    shutil.copy(TEMPLATES / "backup" / "store.sh", pod.config)
    (pod.config / "segments-prune-settings.sh").write_text(f"KEEP_SECONDS={24 * HOUR}\nLATE_SECONDS=600\n")
    return pod


def _prune(root: Path, store: Store) -> subprocess.CompletedProcess[str]:
    pod = make_pruner(root)
    pod.env.update(RCLONE_CONFIG_STORE_TYPE="local", REMOTE=store.remote)
    return pod.run("segments-prune.sh", ("busybox", "sh"))


def test_a_chain_goes_when_it_ends_before_what_is_kept(tmp_path: Path, store: Store) -> None:
    now = time.time()
    old = _chain(store, "redis-0", now - 60 * HOUR, now - 25 * HOUR)
    reaches = _chain(store, "redis-1", now - 60 * HOUR, now - 23 * HOUR)
    new = _chain(store, "redis-0", now - 25 * HOUR, now)
    done = _prune(tmp_path, store)
    assert done.returncode == 0, done.stderr
    assert [each.exists() for each in (old, reaches, new)] == [False, True, True]
    assert f"chain redis-0/{old.name}: removed" in done.stderr


def test_the_newest_chain_stays_and_its_age_fails_the_job(tmp_path: Path, store: Store) -> None:
    now = time.time()
    newest = _chain(store, "redis-0", now - 60 * HOUR, now - 50 * HOUR)
    older = _chain(store, "redis-1", now - 70 * HOUR, now - 60 * HOUR)
    done = _prune(tmp_path, store)
    assert done.returncode == 1
    assert "segments are not stored any more" in done.stderr
    assert newest.exists() and not older.exists()


def test_a_segment_of_the_future_keeps_all(tmp_path: Path, store: Store) -> None:
    now = time.time()
    old = _chain(store, "redis-0", now - 60 * HOUR, now - 25 * HOUR)
    _chain(store, "redis-1", now - HOUR, now + HOUR)
    done = _prune(tmp_path, store)
    assert done.returncode == 0, done.stderr
    assert "a clock was wrong" in done.stderr
    assert old.exists()


def test_without_a_chain_the_job_fails(tmp_path: Path, store: Store) -> None:
    done = _prune(tmp_path, store)
    assert done.returncode == 1
    assert "no moment can be restored" in done.stderr


@pytest.mark.parametrize("missing", ["base", "manifest.json"])
def test_what_never_became_a_chain_goes_when_it_is_old(tmp_path: Path, store: Store, missing: str) -> None:
    now = time.time()
    half = _chain(store, "redis-0", now - 60 * HOUR, now - 25 * HOUR)
    (half / missing).unlink()
    _chain(store, "redis-1", now - HOUR, now)
    assert _prune(tmp_path, store).returncode == 0
    assert not half.exists()
