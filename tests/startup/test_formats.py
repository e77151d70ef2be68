"""The tables of formats and holes are what real servers do: each writes, each loads, copies and fails over the others.

Lines whose server is not here are left out, and fewer than two skip: tools/fetch_engines.py redis valkey redis-8.2
valkey-9.0 valkey-9.1 fetches them.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from itertools import product
from typing import TYPE_CHECKING

import pytest

from redismanifests.profile.derived.lifetime import HOLES, NEVER
from redismanifests.profile.formulas.format import DUMPS, MEASURED, VALKEY_9, update

from .engines import Server, free_port, lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVERS = lines()
HERE = tuple(line for line in MEASURED if line in SERVERS)
PAIRS = tuple(product(HERE, repeat=2))
KEYS = 24
slow = pytest.mark.slow
each_pair = pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(
            old,
            new,
            id=f"{old}-to-{new}",
            # All others are for a release: what servers read and write changes with servers only.
            marks=() if HERE[0] in (old, new) else (pytest.mark.release,),
        )
        for old, new in PAIRS
    ],
)
each_line = pytest.mark.parametrize("line", HERE)


@pytest.fixture(autouse=True)
def several(require: Callable[[bool, str], None]) -> None:
    require(len(HERE) > 1, "fewer than two engines are here: tools/fetch_engines.py fetches more")


def volume(line: str, folder: Path, form: str, *more: str) -> Path:
    """A data directory that a server of ``line`` has written, with a dump or with an append-only file."""
    data = folder / f"{line}-{form}"
    data.mkdir()
    with Server(SERVERS[line], data, f"appendonly {'yes' if form == 'aof' else 'no'}", *more) as server:
        fill(server)
        server.call("BGREWRITEAOF" if form == "aof" else "SAVE")
        until(lambda: server.number("aof_rewrite_in_progress") == "0" or form == "rdb")
        server.call("SET", "last", "one")
        server.call("SAVE" if form == "rdb" else "PING")
    return data


def fill(server: Server) -> None:
    """Keys of every type that all lines have."""
    for number in range(KEYS - 5):
        server.call("SET", f"key-{number}", "x" * number, "EX", "9999")
    server.call("HSET", "hash", "a", "1")
    server.call("XADD", "stream", "*", "a", "1")
    server.call("ZADD", "sorted", "1", "a")
    server.call("SADD", "set", "a", "1")


def until(done: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether it is done within the time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("form", ["rdb", "aof"])
@each_line
def test_a_line_writes_the_version_of_the_table(line: str, form: str, tmp_path: Path) -> None:
    data = volume(line, tmp_path, form)
    file = data / "dump.rdb" if form == "rdb" else next(data.glob("appendonlydir/*.base.rdb"))
    head = file.read_bytes()[:9]
    assert head == (b"VALKEY080" if DUMPS[line] == VALKEY_9 else b"REDIS%04d" % DUMPS[line])


@slow
@pytest.mark.parametrize("form", ["rdb", "aof"])
@each_pair
def test_a_volume_is_loaded_where_the_table_says_so(old: str, new: str, form: str, tmp_path: Path) -> None:
    data = volume(old, tmp_path, form)
    kept = tmp_path / "kept"
    shutil.copytree(data, kept)
    try:
        with Server(SERVERS[new], data, f"appendonly {'yes' if form == 'aof' else 'no'}") as server:
            loaded = int(server.call("DBSIZE"))
    except AssertionError:
        loaded = None
        # A refusal costs nothing: the old server loads what is still there.
        with Server(SERVERS[old], data, f"appendonly {'yes' if form == 'aof' else 'no'}") as server:
            assert int(server.call("DBSIZE")) == KEYS
    assert loaded == (KEYS if update(old, new).disk else None)


@slow
@each_pair
def test_an_append_only_file_of_commands_is_loaded_by_every_line(old: str, new: str, tmp_path: Path) -> None:
    """The way back of docs/engines.md."""
    data = volume(old, tmp_path, "aof", "aof-use-rdb-preamble no")
    assert not list(data.glob("appendonlydir/*.rdb"))
    with Server(SERVERS[new], data, "appendonly yes") as server:
        assert int(server.call("DBSIZE")) == KEYS


@slow
@each_pair
def test_a_replica_takes_a_copy_where_the_table_says_so(old: str, new: str, tmp_path: Path) -> None:
    """And where it does, it is promoted, and the old master follows it or is refused as the table says."""
    ports = free_port(), free_port()
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    quick = ("repl-diskless-sync-delay 0", "repl-timeout 5", "bind 127.0.0.1")
    with (
        Server(SERVERS[old], tmp_path / "old", f"port {ports[0]}", *quick) as master,
        Server(SERVERS[new], tmp_path / "new", f"port {ports[1]}", *quick) as replica,
    ):
        fill(master)
        replica.call("REPLICAOF", "127.0.0.1", str(ports[0]))
        expected = update(old, new)
        assert (
            until(lambda: replica.number("master_link_status") == "up", 15 if expected.copy else 3)
            == expected.copy
        )
        if not expected.copy:
            return
        replica.call("REPLICAOF", "NO", "ONE")
        # With a history of its own, a former master needs a full copy.
        master.call("SET", "of-its-own", "1")
        replica.call("SET", "after", "1")
        master.call("REPLICAOF", "127.0.0.1", str(ports[1]))
        follows = until(lambda: master.call("GET", "after") == "1", 15 if expected.copy_back else 3)
        assert follows == expected.copy_back


@slow
@each_pair
def test_a_sentinel_of_any_line_fails_over_servers_of_any_line(old: str, new: str, tmp_path: Path) -> None:
    """``old`` is the Sentinel, and its file is then read by ``new``: mixed images of the two need no rule."""
    ports = free_port(), free_port(), free_port()
    for name in ("master", "replica", "sentinel"):
        (tmp_path / name).mkdir()
    quick = ("repl-diskless-sync-delay 0", "bind 127.0.0.1")
    config = tmp_path / "sentinel" / "sentinel.conf"
    config.write_text(
        f"port {ports[2]}\nbind 127.0.0.1\ndir {config.parent}\nsentinel monitor m 127.0.0.1 {ports[0]} 1\n"
        "sentinel down-after-milliseconds m 700\nsentinel failover-timeout m 5000\n"
    )

    def ask(*words: str) -> str:
        cli = ["redis-cli", "-p", str(ports[2]), *words]
        return subprocess.run(cli, capture_output=True, text=True, check=False).stdout.strip()

    with (
        Server(SERVERS[new], tmp_path / "master", f"port {ports[0]}", *quick) as master,
        Server(
            SERVERS[new], tmp_path / "replica", f"port {ports[1]}", f"replicaof 127.0.0.1 {ports[0]}", *quick
        ) as replica,
    ):
        for sentinel in (old, new):
            process = subprocess.Popen(
                [SERVERS[sentinel], config, "--sentinel"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                assert until(lambda: "slaves=1" in ask("INFO", "sentinel"), 25)
                if sentinel == old:
                    master.process.kill()
                    assert until(lambda: replica.number("role") == "master")
                    assert ask("SENTINEL", "FLUSHCONFIG") == "OK"
            finally:
                process.kill()
                process.wait()


@pytest.mark.shows("RM219")
@each_line
def test_unblocking_a_paused_client_ends_the_servers_of_the_table_and_no_other(
    line: str, tmp_path: Path
) -> None:
    """Our hand-over pauses clients, and client libraries unblock commands that they cancel."""
    told = subprocess.run([SERVERS[line], "--version"], capture_output=True, text=True, check=True).stdout
    patch = int(told.partition("v=")[2].split()[0].split(".")[2])
    fixed = [
        hole.fixed[line] for hole in HOLES if hole.what.startswith("CLIENT UNBLOCK") and line in hole.fixed
    ]
    ends = any(each is NEVER or patch < each for each in fixed)
    (tmp_path / "data").mkdir()
    with Server(SERVERS[line], tmp_path / "data") as server:
        server.call("CLIENT", "PAUSE", "20000", "WRITE")
        with subprocess.Popen(
            [server.cli, "-s", server.socket, "SET", "a", "b"], stdout=subprocess.DEVNULL
        ) as waiting:
            assert until(lambda: "cmd=set" in server.call("CLIENT", "LIST"))
            clients = server.call("CLIENT", "LIST").splitlines()
            number = next(each for each in clients if "cmd=set" in each).partition("id=")[2].split()[0]
            server.call("CLIENT", "UNBLOCK", number, "TIMEOUT")
            assert until(lambda: server.process.poll() is not None, 5 if ends else 0.5) == ends
            waiting.kill()
