"""A backup on a volume: placed once, on an empty volume of ordinal 0, whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seldom import first
from startup.engines import Server

from .conftest import ENGINES, KEYS, NEW, OLD, Restore, Store, content, dump_of, make_restore, tree

STEPS = ("mkdir", "cp", "mv", "rm", "rmdir", "sha256sum", "rclone", "redis-check-rdb", "sync")
"""Every program that changes something or takes time: a pod may be killed before and after each of its calls."""
MOST_STEPS = 40


def served(restore: Restore, engine: str = ENGINES[0], append_only: str = "yes") -> tuple[int, str]:
    """What a server loads from the volume after the start script has looked at it."""
    text = '. "$CONFIG_DIR/redis-volume.sh"; look_at_volume; printf "%s\\n" "$VOLUME" "$TROUBLE"; exit 0'
    looked = restore.pod.call(text)
    assert looked.stdout == "data\n\n", looked
    with Server(engine, restore.data, f"appendonly {append_only}", socket=restore.data / "s") as server:
        return server.content()


def expected(dump: bytes, root: Path) -> tuple[int, str]:
    root.mkdir()
    (root / "dump.rdb").write_bytes(dump)
    with Server(ENGINES[0], root, "appendonly no") as server:
        return server.content()


@pytest.mark.parametrize("append_only", [True, False], ids=["append", "snapshot"])
def test_the_newest_backup_is_served_from_an_empty_volume(
    tmp_path: Path, store: Store, dump: bytes, append_only: bool
) -> None:
    store.put(OLD, dump_of(ENGINES[0], tmp_path / "older", [["FLUSHALL"]]))
    store.put(NEW, dump)
    restore = make_restore(tmp_path, store, append_only=append_only)
    restore.both()
    assert f'"id": "{NEW}"' in (restore.data / "restored").read_text()
    assert sorted(path.name for path in restore.data.iterdir()) == ["dump.rdb", "restored"]
    keys = served(restore, append_only="yes" if append_only else "no")
    assert keys == expected(dump, tmp_path / "direct")
    assert keys[0] == KEYS


def test_a_backup_is_named_by_its_id(tmp_path: Path, store: Store, dump: bytes) -> None:
    store.put(OLD, dump)
    store.put(NEW, b"REDIS0010 is no dump")
    restore = make_restore(tmp_path, store, wish=OLD)
    restore.both()
    assert f'"id": "{OLD}"' in (restore.data / "restored").read_text()


def test_what_has_no_manifest_is_no_backup(tmp_path: Path, store: Store, dump: bytes) -> None:
    store.put(OLD, dump)
    store.put(NEW, dump)
    (store.folder / "shop" / "redis" / NEW / "manifest.json").unlink()
    (store.folder / "shop" / "redis" / "zzz").mkdir()
    (store.folder / "shop" / "redis" / "zzz" / "manifest.json").write_text("{}")
    restore = make_restore(tmp_path, store)
    restore.both()
    assert f'"id": "{OLD}"' in (restore.data / "restored").read_text()


def test_other_ordinals_get_nothing_and_ask_no_store(tmp_path: Path, dump: bytes) -> None:
    restore = make_restore(tmp_path, Store(tmp_path / "missing"), pod="redis-1")
    restore.both()
    assert not tree(restore.data)


ENTRIES = st.sampled_from(
    ["dump.rdb", "redis.conf", "restored", "start-as-master", "appendonlydir/appendonly.aof.manifest", "aside/x",
     "members", ".hidden", "data", "reserve", "restore-from.txt", "restoring.old/dump.rdb"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(entries=st.sets(ENTRIES, min_size=1, max_size=4), found=st.booleans())
def test_a_volume_that_holds_anything_is_left_as_it_is_without_the_store(
    tmp_path: Path, entries: set[str], found: bool
) -> None:
    root = tmp_path / "each"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    restore = make_restore(root, Store(tmp_path / "missing"))
    for entry in entries | ({"lost+found/x"} if found else set()):
        (restore.data / entry).parent.mkdir(parents=True, exist_ok=True)
        (restore.data / entry).write_text(entry)
    before = tree(restore.data)
    restore.both()
    assert tree(restore.data) == before


def test_the_folder_of_a_new_file_system_is_no_data(tmp_path: Path, store: Store, dump: bytes) -> None:
    store.put(NEW, dump)
    restore = make_restore(tmp_path, store)
    (restore.data / "lost+found").mkdir()
    restore.both()
    assert (restore.data / "dump.rdb").read_bytes() == dump


def shims(folder: Path, engine: str = ENGINES[0]) -> dict[str, str]:
    """Programs before those of PATH that kill the whole script at one of their calls."""
    folder.mkdir()
    for name in STEPS:
        real = shutil.which(name) or str(Path(engine).with_name(name))
        file = folder / name
        # Of a copy that is killed half is there.
        half = '[ "$when" = half ] && head -c 200 "$1" >"$2"' if name == "cp" else ":"
        file.write_text(
            f'#!/bin/sh\ncount=$(($(cat "$COUNT") + 1)); echo "$count" >"$COUNT"\nwhen=${{KILL#*-}}\n'
            f'if [ "$count" != "${{KILL%-*}}" ]; then exec {real} "$@"; fi\n'
            f'[ "$when" = after ] && {real} "$@"\n{half}\n'
            "kill -9 0\n"
        )
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "COUNT": str(folder / "count")}


def killed(restore: Restore, part: str, env: dict[str, str], at: int, when: str) -> int:
    """Run a part, killed at a step as a pod is; how many steps were made."""
    count = Path(env["COUNT"])
    count.write_text("0")
    shell = ["busybox", "sh"] if part == "fetch" else ["dash"]
    code = subprocess.run(
        [*shell, str(restore.pod.config / f"restore-{part}.sh")],
        env={**restore.pod.env, **env, "KILL": f"{at}-{when}"},
        start_new_session=True, capture_output=True, timeout=30, check=False,
    ).returncode  # fmt: skip
    assert code == (-9 if at else 0)
    return int(count.read_text())


def with_data(restore: Restore) -> None:
    """A volume that was in use, on which a person asks for a backup."""
    (restore.data / "appendonlydir").mkdir()
    (restore.data / "appendonlydir" / "appendonly.aof.manifest").write_text("data")
    (restore.data / "dump.rdb").write_text("older")
    (restore.data / "redis.conf").write_text("replicaof 10.0.0.1 6379")
    (restore.data / "restore-from").write_text(f"{NEW}\n")


@pytest.mark.parametrize("when", first(1, ["half", "before", "after"]))
@pytest.mark.parametrize(
    ("pod", "place"), [("redis-0", "new"), ("redis-0", "in-place"), ("redis-1", "in-place")]
)
def test_a_pod_killed_at_any_step_of_placing_ends_with_the_same_volume(
    tmp_path: Path, store: Store, dump: bytes, pod: str, place: str, when: str
) -> None:
    store.put(NEW, dump)
    env = shims(tmp_path / "shims")
    fetched = make_restore(tmp_path, store).fetched()

    def prepared(name: str) -> Restore:
        (tmp_path / name).mkdir()
        restore = make_restore(tmp_path / name, store, pod=pod)
        shutil.copytree(fetched, restore.scratch, dirs_exist_ok=True)
        if place == "in-place":
            with_data(restore)
        return restore

    whole = prepared("whole")
    steps = killed(whole, "place", env, 0, when)
    wanted = content(whole.data)
    assert 4 < steps < MOST_STEPS
    assert not (whole.data / "restoring").exists()
    assert "restore-from" not in wanted
    if pod == "redis-0":
        assert wanted["dump.rdb"].endswith(dump.hex())
    if place == "in-place":
        before = "aside/before-restore-1"
        assert {wanted[f"{before}/dump.rdb"][6:], *wanted} >= {b"older".hex(), f"{before}/redis.conf"}
    for at in range(1, steps + 1):
        restore = prepared(str(at))
        killed(restore, "place", env, at, when)
        found = restore.data / "dump.rdb"
        assert not found.exists() or found.read_bytes() in (dump, b"older")
        killed(restore, "place", env, 0, when)
        assert content(restore.data) == wanted, f"killed {when} step {at}"


@pytest.mark.parametrize("when", first(1, ["after", "before"]))
def test_a_pod_killed_at_any_step_of_fetching_ends_with_the_same_backup(
    tmp_path: Path, store: Store, dump: bytes, when: str
) -> None:
    store.put(NEW, dump)
    env = shims(tmp_path / "shims")
    whole = make_restore(tmp_path, store)
    steps = killed(whole, "fetch", env, 0, when)
    assert (whole.scratch / "complete").read_text() == "newest\n"
    for at in range(1, steps + 1):
        (tmp_path / str(at)).mkdir()
        restore = make_restore(tmp_path / str(at), store)
        killed(restore, "fetch", env, at, when)
        killed(restore, "fetch", env, 0, when)
        for name in ("complete", "dump.rdb", "manifest.json"):
            assert (restore.scratch / name).read_bytes() == (whole.scratch / name).read_bytes()
        assert not tree(restore.data)


def test_what_was_fetched_is_not_fetched_again(tmp_path: Path, store: Store, dump: bytes) -> None:
    store.put(NEW, dump)
    restore = make_restore(tmp_path, store)
    restore.fetched()
    shutil.rmtree(store.folder)
    restore.both()
    assert (restore.data / "dump.rdb").read_bytes() == dump


def test_another_backup_in_the_profile_touches_no_volume_with_data(
    tmp_path: Path, store: Store, dump: bytes
) -> None:
    store.put(NEW, dump)
    store.put(OLD, dump)
    restore = make_restore(tmp_path, store)
    restore.both()
    served(restore)
    before = tree(restore.data)
    (restore.pod.config / "restore-settings.sh").write_text(
        (restore.pod.config / "restore-settings.sh").read_text().replace("newest", OLD)
    )
    shutil.rmtree(store.folder)
    restore.both()
    assert tree(restore.data) == before


def test_in_place_the_file_is_used_up_and_a_second_one_keeps_both_copies(
    tmp_path: Path, store: Store, dump: bytes
) -> None:
    store.put(NEW, dump)
    restore = make_restore(tmp_path, store, wish=OLD)
    for number in (1, 2):
        with_data(restore)
        restore.both()
        assert (restore.data / "dump.rdb").read_bytes() == dump
        assert (restore.data / "aside" / f"before-restore-{number}" / "redis.conf").exists()
        shutil.rmtree(restore.scratch)
        restore.scratch.mkdir()
        (restore.data / "dump.rdb").unlink()
        before = tree(restore.data)
        restore.both()
        assert tree(restore.data) == before
