"""What a server appends to its file is in the store soon, and leads back to any second."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.backups.segments import chains, spans
from seldom import first
from startup.engines import Server, lines

from .conftest import (
    MARKED,
    Programs,
    Shipper,
    keys_of,
    listing,
    moment,
    next_second,
    restore_at,
    stamp,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from restore.conftest import Store

pytestmark = pytest.mark.slow


def _flushed(shipper: Shipper) -> tuple[int, int, int]:
    """Writes, a FLUSHALL and a write after it; the seconds of the last write before it, of it, and one later."""
    shipper.call("SET", "before", "1")
    shipper.start()
    until(shipper.chains)
    at = next_second()
    shipper.call("SET", "last", "1")
    flushed = next_second()
    shipper.call("FLUSHALL")
    shipper.call("SET", "after", "1")
    later = next_second()
    shipper.wait_for(later)
    return at, flushed, later


def test_a_flushall_is_undone_to_the_second(tmp_path: Path, store: Store, shipper: Shipper) -> None:
    at, flushed, later = _flushed(shipper)
    for name, second, keys in (
        ("undone", flushed - 1, {"before", "last"}),
        ("earlier", at - 1, {"before"}),
        ("later", later, {"after"}),
    ):
        restore = restore_at(tmp_path / name, store, second)
        restore.both()
        assert keys_of(restore) == keys
        marker = (restore.data / "restored").read_text()
        assert f'"id": "{moment(second)}"' in marker


@pytest.mark.parametrize("line", first(2, sorted(lines())))
def test_every_line_writes_timestamps_and_is_cut_at_them(line: str, tmp_path: Path, store: Store) -> None:
    engine = Programs(tmp_path / "programs", lines()[line]).server
    with Shipper(tmp_path, store, engine=engine) as shipper:
        _, flushed, _ = _flushed(shipper)
    restore = restore_at(tmp_path / "undone", store, flushed - 1, engine=engine)
    restore.both()
    assert keys_of(restore, engine) == {"before", "last"}


def test_no_second_of_a_master_is_missing_over_rewrites(
    tmp_path: Path, store: Store, shipper: Shipper
) -> None:
    written: dict[int, float] = {}
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            number = len(written) + 1
            shipper.call("SET", str(number), "1")
            written[number] = time.time()
            time.sleep(0.05)

    shipper.start()
    until(shipper.chains)
    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(2):
        before = len(shipper.chains())
        time.sleep(2.5)
        shipper.rewrite()
        until(lambda count=before: len(shipper.chains()) > count)  # type: ignore[misc]
    time.sleep(1)
    end = next_second()
    shipper.wait_for(end)
    over.set()
    writer.join()
    found = chains(listing(store))
    assert [each.problem for each in found] == [""] * 3
    assert len(spans(found)) == 1
    seconds = [int(time.mktime(time.strptime(each.id, "%Y%m%dT%H%M%SZ")) - time.timezone) for each in found]
    for second in {*seconds, *(each - 1 for each in seconds[1:]), end}:
        restore = restore_at(tmp_path / str(second), store, second)
        restore.both()
        keys = {int(key) for key in keys_of(restore)}
        assert {number for number, at in written.items() if at < second + 1} <= keys
        assert keys <= {number for number, at in written.items() if at < second + 2}
        assert keys == set(range(1, len(keys) + 1))


def test_a_replica_with_another_base_begins_another_chain_without_what_came_since(
    tmp_path: Path, store: Store
) -> None:
    with Shipper(tmp_path, store, role="replica") as shipper:
        shipper.start()
        until(shipper.segments)
        shipper.call("SET", "old", "1")
        shipper.rewrite()
        shipper.call("SET", "new", "1")
        until(lambda: len(shipper.chains()) == 2)
    first = chains(listing(store))[0]
    stream = b"".join(
        (store.folder / "shop/redis/redis-0" / first.id / s.name).read_bytes() for s in first.segments
    )
    assert b"old" in stream
    assert b"new" not in stream
    assert {segment.role for segment in first.segments} == {"replica"}


def test_a_file_that_a_restart_has_cut_begins_another_chain(
    tmp_path: Path, store: Store, shipper: Shipper
) -> None:
    shipper.call("SET", "kept", "1")
    shipper.call("SET", "half", "1")
    shipper.start()
    until(shipper.segments)
    shipper.server.__exit__()
    (file,) = (shipper.pod.data / "appendonlydir").glob("*.incr.aof")
    with file.open("rb+") as data:
        data.truncate(file.stat().st_size - 3)
    with Server(shipper.engine, shipper.pod.data, "appendonly yes", "aof-timestamp-enabled yes") as server:
        # As long as what was cut off, and longer.
        server.call("SET", "whole", "1" * 100)
        until(lambda: len(shipper.chains()) == 2)
        end = next_second()
        shipper.wait_for(end)
    restore = restore_at(tmp_path / "restore", store, end)
    restore.both()
    assert keys_of(restore) == {"kept", "whole"}


def test_half_a_command_at_the_end_is_left_out(tmp_path: Path, store: Store, shipper: Shipper) -> None:
    shipper.call("SET", "whole", "1")
    shipper.start()
    until(shipper.segments)
    until(lambda: len(shipper.segments()) > 1)
    shipper.server.process.kill()
    (file,) = (shipper.pod.data / "appendonlydir").glob("*.incr.aof")
    with file.open("ab") as data:
        data.write(b"*3\r\n$3\r\nset\r\n$4\r\nha")
    end = next_second()
    shipper.wait_for(end)
    restore = restore_at(tmp_path / "restore", store, end)
    restore.both()
    assert keys_of(restore) == {"whole"}


def test_what_was_written_while_the_store_was_away_comes_later(
    tmp_path: Path, store: Store, shipper: Shipper
) -> None:
    shipper.start()
    until(shipper.segments)
    (chain,) = shipper.chains()
    folder = store.folder / "shop"
    folder.rename(store.folder / "away")
    folder.write_text("no folder")
    shipper.call("SET", "meanwhile", "1")
    until(lambda: "could not be stored" in shipper.log.read_text())
    folder.unlink()
    (store.folder / "away").rename(folder)
    end = next_second()
    shipper.wait_for(end)
    assert shipper.chains() == [chain]
    restore = restore_at(tmp_path / "restore", store, end)
    restore.both()
    assert keys_of(restore) == {"meanwhile"}


def test_a_damaged_segment_sends_a_restore_to_the_next_chain_or_stops_it(
    tmp_path: Path, store: Store, shipper: Shipper
) -> None:
    _, flushed, _ = _flushed(shipper)
    damaged = next(each for each in shipper.segments() if each.name.split("-")[1] >= stamp(flushed - 1))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    restore = restore_at(tmp_path / "restore", store, flushed - 1)
    assert f"segment {damaged.name} is damaged" in restore.refused("fetch")
    assert not any(restore.data.iterdir())
    # A replica's chain that leads there as well.
    other = store.folder / "shop" / "redis" / "redis-1" / damaged.parent.name
    other.mkdir(parents=True)
    for file in damaged.parent.iterdir():
        data = whole if file == damaged else file.read_bytes()
        (other / file.name.replace("-master-", "-replica-")).write_bytes(data)
    again = restore_at(tmp_path / "again", store, flushed - 1)
    again.both()
    assert keys_of(again) == {"before", "last"}


def test_a_moment_that_nothing_leads_to_is_refused_with_those_that_there_are(
    tmp_path: Path, store: Store, shipper: Shipper
) -> None:
    empty = restore_at(tmp_path / "empty", store, 0)
    assert "there are none in the store" in empty.refused("fetch")
    shipper.start()
    until(lambda: len(shipper.segments()) > 1)
    shipper.kill()
    (span,) = spans(chains(listing(store)))
    said = restore_at(tmp_path / "late", store, time.time() + 60).refused("fetch")
    text = f"{span.since[:4]}-{span.since[4:6]}-{span.since[6:11]}:{span.since[11:13]}:{span.since[13:]}"
    assert f"lead to moments from {text} to " in said


def test_with_encryption_neither_names_nor_content_nor_logs_have_anything_of_the_data(
    tmp_path: Path, store: Store
) -> None:
    with Shipper(tmp_path, store, encrypted=True) as shipper:
        shipper.call("SET", MARKED, MARKED)
        shipper.start()
        until(lambda: len(shipper.segments()) > 1)
    shipper.kill()
    for path in store.folder.rglob("*"):
        assert MARKED not in path.name
        assert not path.is_file() or MARKED.encode() not in path.read_bytes()
    assert MARKED not in shipper.log.read_text()
    assert "hunter2" not in shipper.log.read_text()
