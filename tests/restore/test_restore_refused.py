"""A restore that cannot work says why and what to do, changes nothing, and never starts empty."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from redismanifests.profile.formulas.format import DUMPS, loads, refused_versions
from startup.engines import Server, free_port, lines

from .conftest import NEW, OLD, Store, dump_of, make_restore, tree


def test_a_store_that_does_not_answer_is_named(tmp_path: Path) -> None:
    restore = make_restore(tmp_path, Store(tmp_path / "missing"))
    nowhere = f"http://127.0.0.1:{free_port()}"
    restore.pod.env.update(RCLONE_CONFIG_STORE_TYPE="s3", RCLONE_CONFIG_STORE_ENDPOINT=nowhere)
    restore.pod.env.update(RCLONE_CONFIG_STORE_PROVIDER="Other", REMOTE="STORE:bucket/shop/redis")
    said = restore.refused("fetch")
    assert "the store does not answer" in said and "connection refused" in said
    assert not tree(restore.data)


def test_a_store_without_a_backup_is_named(tmp_path: Path, store: Store) -> None:
    (store.folder / "shop" / "redis").mkdir(parents=True)
    restore = make_restore(tmp_path, store)
    assert "no backup is in" in restore.refused("fetch")


def test_an_id_that_is_not_there_is_named(tmp_path: Path, store: Store, dump: bytes) -> None:
    store.put(NEW, dump)
    restore = make_restore(tmp_path, store, wish=OLD)
    said = restore.refused("fetch")
    assert f"manifest.json of backup {OLD} cannot be read" in said
    assert not tree(restore.data)


@pytest.mark.parametrize("at", [0, 10, -1])
def test_one_changed_byte_is_found_by_the_sum(tmp_path: Path, store: Store, dump: bytes, at: int) -> None:
    store.put(NEW, dump)
    changed = bytearray(dump)
    changed[at] ^= 1
    (store.folder / "shop" / "redis" / NEW / "dump.rdb").write_bytes(changed)
    restore = make_restore(tmp_path, store)
    assert "it is damaged" in restore.refused("fetch")
    assert restore.refused("place")
    assert not tree(restore.data)


def test_a_shortened_object_is_found(tmp_path: Path, store: Store, dump: bytes) -> None:
    store.put(NEW, dump)
    (store.folder / "shop" / "redis" / NEW / "dump.rdb").write_bytes(dump[:-100])
    assert f"has {len(dump) - 100} bytes" in make_restore(tmp_path, store).refused("fetch")


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"format": 2}, "a format that is not known"),
        ({"id": OLD}, f"is that of {OLD}"),
        ({"sha256": ""}, "names no size or sum"),
    ],
)
def test_a_manifest_that_is_not_of_this_backup_is_refused(
    tmp_path: Path, store: Store, dump: bytes, fields: dict[str, object], fact: str
) -> None:
    store.put(NEW, dump, **fields)
    assert fact in make_restore(tmp_path, store).refused("fetch")


def test_what_the_check_of_the_server_refuses_is_refused_although_the_sum_is_right(
    tmp_path: Path, store: Store, dump: bytes
) -> None:
    damaged = dump[:-60] + b"\xff" + dump[-59:]
    store.put(NEW, damaged)
    restore = make_restore(tmp_path, store)
    restore.fetched()
    assert "is damaged" in restore.refused("place")
    assert not tree(restore.data)


def test_more_data_than_maxmemory_is_refused_where_nothing_is_evicted(
    tmp_path: Path, store: Store, dump: bytes
) -> None:
    store.put(NEW, dump, usedMemory=100_000_001)
    for name, limits, refuses in (
        ("none", {"MAX_MEMORY": "0"}, False),
        ("enough", {"MAX_MEMORY": "100000001"}, False),
        ("little", {"MAX_MEMORY": "100000000"}, True),
        ("evicts", {"MAX_MEMORY": "100000000", "EVICTS": "yes"}, False),
    ):
        (tmp_path / name).mkdir()
        restore = make_restore(tmp_path / name, store, settings=limits)
        restore.fetched()
        if refuses:
            assert "needs 100000001 bytes, and maxmemory is 100000000" in restore.refused("place")
            assert not tree(restore.data)
        else:
            restore.both()


@pytest.mark.parametrize("text", ["", "now", "../../other", "20261130T030000Z", f"{NEW} {OLD}", f"{NEW}/.."])
def test_a_person_who_wrote_no_id_is_told_and_the_data_stays(tmp_path: Path, store: Store, text: str) -> None:
    restore = make_restore(tmp_path, store)
    (restore.data / "dump.rdb").write_text("data")
    (restore.data / "restore-from").write_text(text)
    before = tree(restore.data)
    assert "holds no id of a backup" in restore.refused("fetch")
    assert tree(restore.data) == before


def test_a_refused_restore_in_place_leaves_the_data_where_it_is(
    tmp_path: Path, store: Store, dump: bytes
) -> None:
    store.put(NEW, dump, usedMemory=2)
    restore = make_restore(tmp_path, store, settings={"MAX_MEMORY": "1"})
    (restore.data / "dump.rdb").write_text("data")
    (restore.data / "restore-from").write_text(NEW)
    before = tree(restore.data)
    restore.fetched()
    assert "maxmemory" in restore.refused("place")
    assert tree(restore.data) == before
    (restore.data / "restore-from").unlink()
    restore.both()


LINES = lines()


def with_check(program: str, folder: Path) -> str:
    """The server with its check beside it, as in an image: one program under two names."""
    server = Path(program)
    check = f"{server.name.removesuffix('-server')}-check-rdb"
    if server.with_name(check).exists():
        return program
    for name in (server.name, check):
        (folder / name).symlink_to(server)
    return str(folder / server.name)


_DUMPS: dict[str, bytes] = {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        pytest.param(*pair, marks=() if next(iter(LINES)) in pair else (pytest.mark.release,))
        for pair in product(LINES, LINES)
    ],
)
def test_every_pair_of_servers_is_served_or_refused_as_the_table_says(
    tmp_path: Path, store: Store, writer: str, reader: str
) -> None:
    program = LINES[writer]
    if writer not in _DUMPS:
        _DUMPS[writer] = dump_of(program, tmp_path / "writer")
    store.put(NEW, _DUMPS[writer], program)
    refused = " ".join(map(str, refused_versions([reader])))
    settings = {"REFUSED_VERSIONS": refused}
    restore = make_restore(tmp_path, store, engine=with_check(LINES[reader], tmp_path), settings=settings)
    restore.fetched()
    if loads(reader, DUMPS[writer]):
        restore.both()
        looked = restore.pod.call('. "$CONFIG_DIR/redis-volume.sh"; look_at_volume; echo "$VOLUME"; exit 0')
        assert looked.stdout == "data\n", looked
        with Server(LINES[reader], restore.data, "appendonly yes", socket=restore.data / "s") as server:
            assert server.call("DBSIZE") == "300"
    else:
        assert "which" in restore.refused("place")
        assert not tree(restore.data)
