"""A restore drill fails where the newest backup would not bring the data back, and only there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from .conftest import ENGINES, KEYS, NEW, OLD, Restore, Store, dump_of, make_drill

if TYPE_CHECKING:
    from pathlib import Path


def played(drill: Restore) -> tuple[int, str]:
    """Exit code and words of both containers, the second one only after the first."""
    fetched = drill.run("fetch", "once")
    if fetched.returncode:
        return fetched.returncode, fetched.stderr
    loaded = drill.run("drill")
    return loaded.returncode, loaded.stderr


def test_a_whole_backup_passes_also_with_keys_that_have_expired(tmp_path: Path, store: Store) -> None:
    store.put(OLD, b"REDIS0010 is no dump")
    store.put(
        NEW, dump_of(ENGINES[0], tmp_path / "server", [["SET", "soon", "1", "PX", "300"]]), keys=KEYS + 1
    )
    time.sleep(0.4)
    code, said = played(make_drill(tmp_path, store))
    assert (code, f"backup {NEW} restores: {KEYS + 1} keys" in said) == (0, True), said


@pytest.mark.parametrize("at", [5, 100, -1, -30])
def test_one_changed_byte_of_the_object_fails_it(tmp_path: Path, store: Store, dump: bytes, at: int) -> None:
    store.put(NEW, dump)
    changed = bytearray(dump)
    changed[at] ^= 1
    (store.folder / "shop" / "redis" / NEW / "dump.rdb").write_bytes(changed)
    code, said = played(make_drill(tmp_path, store))
    assert code == 1
    assert "it is damaged" in said


def test_a_dump_with_other_keys_than_its_manifest_fails_it(tmp_path: Path, store: Store, dump: bytes) -> None:
    store.put(NEW, dump, keys=KEYS - 1)
    code, said = played(make_drill(tmp_path, store))
    assert code == 1
    assert f"backup {NEW} cannot be restored" in said
    assert f"keys {KEYS}" in said


def test_a_dump_that_was_damaged_before_its_sum_was_made_fails_it(
    tmp_path: Path, store: Store, dump: bytes
) -> None:
    store.put(NEW, dump[:-60] + b"\xff" + dump[-59:])
    code, said = played(make_drill(tmp_path, store))
    assert code == 1
    assert "cannot be restored" in said


def test_an_empty_store_fails_it(tmp_path: Path, store: Store) -> None:
    code, said = played(make_drill(tmp_path, store))
    assert code == 1
    assert "no backup is in" in said
