"""Liveness: a restart only for what a restart mends. Every reply that an engine can give to PING is a life sign."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deployment import TOP

from .conftest import REDIS, SENTINELS, make_pod, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import Pod

HOST = "127.0.9.1"
PROBES = {"redis-0": "redis-alive.sh", "redis-sentinel-0": "sentinel-alive.sh"}
each_probe = pytest.mark.parametrize("name", PROBES)

# The first words of all error replies in the sources (strings "-WORD ..." of src/*.c) of Redis 7.0.15 and 8.0 and of
# Valkey 7.2.7 and 9.0, whichever command they answer.
WORDS = [
    "BUSY",
    "BUSYGROUP",
    "BUSYKEY",
    "CLUSTERDOWN",
    "CROSSSLOT",
    "DENIED",
    "ERR",
    "EXECABORT",
    "INPROG",
    "INVALIDOBJ",
    "IOERR",
    "LOADING",
    "MASTERDOWN",
    "MISCONF",
    "NOAUTH",
    "NOGOODSLAVE",
    "NOGROUP",
    "NOMASTERLINK",
    "NOPERM",
    "NOPROTO",
    "NOQUORUM",
    "NOREPLICAS",
    "NOSCRIPT",
    "NOSUB",
    "NOTBUSY",
    "OOM",
    "READONLY",
    "REDIRECT",
    "TRYAGAIN",
    "UNBLOCKED",
    "UNKILLABLE",
    "WRONGPASS",
    "WRONGTYPE",
]


def _pod(folder: Path, name: str, port: int, **settings: str) -> Pod:
    chosen = {"LOCAL": HOST, "REDIS_PORT": str(port), "SENTINEL_PORT": str(port), **settings}
    return make_pod(folder, name, {name: HOST}, settings=chosen)


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """A port where every connection gets the same bytes for what it says, and ends."""
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        connection.recv(4096)
                        connection.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


@each_probe
def test_whatever_error_the_server_answers_it_is_alive(
    tmp_path: Path, shell: tuple[str, ...], name: str
) -> None:
    require("redis-cli")
    dead = []
    for number, word in enumerate(WORDS):
        with answering(f"-{word} some reason or other\r\n".encode()) as port:
            done = _pod(tmp_path / str(number), name, port).run(PROBES[name], shell)
        dead += [(word, done.stdout)] if done.returncode else []
    assert dead == []


@each_probe
@pytest.mark.parametrize(
    "reply", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["nothing", "another protocol"]
)
def test_only_what_is_a_reply_or_a_closed_connection_counts(
    tmp_path: Path, shell: tuple[str, ...], name: str, reply: bytes
) -> None:
    """A process that closes a connection has taken it, which one that hangs does not."""
    require("redis-cli")
    with answering(reply) as port:
        done = _pod(tmp_path, name, port).run(PROBES[name], shell)
    assert done.returncode == (1 if reply else 0)


@each_probe
def test_one_that_hangs_or_is_gone_is_not_alive(tmp_path: Path, shell: tuple[str, ...], name: str) -> None:
    require("redis-cli")
    with socket.create_server((HOST, 0)) as listening:  # the kernel takes connections, and no one reads
        port = listening.getsockname()[1]
        assert _pod(tmp_path / "hangs", name, port).run(PROBES[name], shell).returncode == 1
    done = _pod(tmp_path / "gone", name, port).run(PROBES[name], shell)
    assert (done.returncode, "Connection refused" in done.stdout) == (1, True)


@contextmanager
def serving(folder: Path, *options: str, port: int = 0) -> Iterator[tuple[int, Callable[..., str]]]:
    """A real server with these options, and what asks it."""
    require("redis-server", "redis-cli")
    if not port:
        with socket.create_server((HOST, 0)) as free:
            port = free.getsockname()[1]
    words = ["--port", str(port), "--bind", HOST, "--dir", str(folder), "--protected-mode", "no", *options]
    process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)

    def ask(*command: str) -> str:
        asking = ["redis-cli", "-h", HOST, "-p", str(port), *command]
        return subprocess.run(asking, capture_output=True, text=True, check=False, timeout=20).stdout.strip()

    try:
        until = time.monotonic() + 20
        while not ask("PING") and time.monotonic() < until:
            time.sleep(0.05)
        yield port, ask
    finally:
        process.kill()
        process.wait()


def _loads(folder: Path) -> None:
    with serving(folder, "--save", "") as (_, ask):
        ask("EVAL", "for i=1,5000 do redis.call('SET', i, i) end", "0")
        ask("SAVE")


def _busy(ask: Callable[..., str]) -> None:
    def spin() -> None:
        with suppress(subprocess.TimeoutExpired):
            ask("EVAL", "while true do end", "0")

    threading.Thread(target=spin, daemon=True).start()
    until = time.monotonic() + 10
    while not ask("PING").startswith("BUSY") and time.monotonic() < until:
        time.sleep(0.05)


def _cannot_save(ask: Callable[..., str]) -> None:
    # A folder where the file should be: the save ends as on a full volume, also for root.
    (Path(ask("CONFIG", "GET", "dir").split()[1]) / "dump.rdb" / "taken").mkdir(parents=True)
    ask("CONFIG", "SET", "save", "1 1")
    ask("SET", "key", "value")
    until = time.monotonic() + 20
    while not ask("PING").startswith("MISCONF") and time.monotonic() < until:
        time.sleep(0.2)


REAL: dict[str, tuple[tuple[str, ...], Callable[[Callable[..., str]], object]]] = {
    "PONG": ((), lambda ask: None),
    "LOADING": (
        ("--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024"),
        lambda ask: None,
    ),
    "MASTERDOWN": (("--replicaof", HOST, "1", "--replica-serve-stale-data", "no"), lambda ask: None),
    "BUSY": (("--lua-time-limit", "50"), _busy),
    "MISCONF": ((), _cannot_save),
    "NOAUTH": (("--requirepass", "secret"), lambda ask: None),
    "NOPERM": ((), lambda ask: ask("ACL", "SETUSER", "default", "-ping")),
    "ERR unknown command": (("--rename-command", "PING", ""), lambda ask: None),
}


@pytest.mark.parametrize("reply", REAL)
def test_a_real_server_that_gives_this_reply_is_alive(
    tmp_path: Path, shell: tuple[str, ...], reply: str
) -> None:
    options, provoke = REAL[reply]
    if reply == "LOADING":
        _loads(tmp_path)
    with serving(tmp_path, *options) as (port, ask):
        provoke(ask)
        assert ask("PING").startswith(reply)
        assert _pod(tmp_path / "pod", "redis-0", port).run("redis-alive.sh", shell).returncode == 0


@pytest.mark.parametrize("login", [False, True], ids=["open", "with a password"])
def test_a_server_whose_clients_took_every_connection_is_alive_and_says_so_when_not_ready(
    tmp_path: Path, shell: tuple[str, ...], login: bool
) -> None:
    settings = {"ASK_USER": "probe", "ACT_USER": "probe", "LOGIN_DIR": str(tmp_path)} if login else {}
    (tmp_path / "probe").write_text("secret")
    with serving(tmp_path, "--maxclients", "3") as (port, _):
        taken = [socket.create_connection((HOST, port)) for _ in range(3)]
        pod = _pod(tmp_path / "pod", "redis-0", port, **settings)
        (pod.config / "logins.sh").write_text("")
        assert pod.run("redis-alive.sh", shell).returncode == 0
        others = (*REDIS, *SENTINELS)
        pod.env.update({f"{each.upper().replace('-', '_')}_SERVICE_HOST": HOST for each in others})
        said = [pod.run("redis-ready.sh", shell) for _ in range(5)]
        for each in taken:
            each.close()
    assert {each.returncode for each in said} == {1}
    assert any("max number of clients reached" in each.stdout for each in said)


def _clock(folder: Path) -> Path:
    """A library that lets a process see another time of the day, by the seconds in a file."""
    if not (compiler := shutil.which("cc")):
        pytest.skip("not installed: cc, without which no process' clock can be set here")
    library = folder / "stepped.so"
    source = TOP / "src" / "redismanifests" / "prove" / "toycluster" / "linux" / "stepped_clock.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return library


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "alive"), [(-3600, False), pytest.param(3600, True, marks=pytest.mark.release), (-1, True)]
)
def test_a_sentinel_whose_clock_was_set_back_asks_nobody_and_only_then_is_restarted(
    tmp_path: Path, shell: tuple[str, ...], step: int, alive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = tmp_path / "ahead"
    ahead.write_bytes(struct.pack("i", 0))
    library = _clock(tmp_path)
    with serving(tmp_path) as (master, _), socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
        free.close()
        (tmp_path / "sentinel.conf").write_text(
            f"port {port}\nbind {HOST}\nprotected-mode no\nsentinel monitor mymaster {HOST} {master} 1\n"
        )
        monkeypatch.setenv("LD_PRELOAD", str(library))
        monkeypatch.setenv("STEPPED_CLOCK", str(ahead))
        sentinel = subprocess.Popen(
            ["redis-server", tmp_path / "sentinel.conf", "--sentinel"], stdout=subprocess.DEVNULL
        )
        monkeypatch.undo()
        try:
            pod = _pod(tmp_path / "pod", "redis-sentinel-0", port)
            time.sleep(4)
            assert pod.run("sentinel-alive.sh", shell).returncode == 0
            with ahead.open("r+b") as file:
                file.write(struct.pack("i", step))
            time.sleep(4)
            done = pod.run("sentinel-alive.sh", shell)
        finally:
            sentinel.kill()
            sentinel.wait()
    assert (done.returncode == 0) is alive
    assert ("its clock was set back, so it asks nobody for another 359" in done.stdout) is not alive
