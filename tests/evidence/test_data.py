"""What rules say of memory and of what is kept, seen of a server that was filled and killed."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from patience import sooner

from .servers import Watch, within

if TYPE_CHECKING:
    from .servers import Machine, Process


def _after_a_kill(server: Process) -> str:
    assert server.cli("SET", "a", "1") == "OK"
    server.kill()
    server.start()
    within(20, server.answers)
    return server.cli("GET", "a")


@pytest.mark.shows("RM055", "RM056")
def test_a_killed_server_remembers_what_is_in_its_append_only_file_and_nothing_else(
    processes: Machine,
) -> None:
    assert _after_a_kill(processes.server()) == ""
    assert _after_a_kill(processes.server("save 3600 1")) == ""
    assert _after_a_kill(processes.server("appendonly yes")) == "1"


@pytest.mark.shows("RM055")
def test_an_empty_master_empties_its_replicas(processes: Machine) -> None:
    master = processes.server("repl-diskless-sync-delay 0")
    replica = processes.replica(master)
    master.cli("SET", "a", "1")
    within(10, lambda: replica.cli("GET", "a") == "1")
    master.kill()
    master.start()
    within(
        30,
        lambda: replica.cli("GET", "a") == "" and replica.field("replication", "master_link_status") == "up",
    )


@pytest.mark.shows("RM053")
def test_a_full_server_forgets_what_its_files_keep_or_refuses_writes(processes: Machine) -> None:
    evicting = processes.server("appendonly yes", "maxmemory 3mb", "maxmemory-policy allkeys-lru")
    evicting.write(200, 65536)
    assert 0 < int(evicting.cli("DBSIZE").split()[-1]) < 200
    refusing = processes.server("maxmemory 3mb", "maxmemory-policy noeviction")
    assert "OOM command not allowed" in refusing.write(200, 65536)


@pytest.mark.shows("RM033", "RM031")
def test_a_server_without_a_bound_dies_of_its_limit(processes: Machine) -> None:
    limit = ("prlimit", f"--data={96 << 20}")
    unbound = processes.server(prefix=limit)
    unbound.cli("EVAL", "for i = 1, 2000 do redis.call('SET', i, string.rep('x', 65536)) end", "0")
    within(10, lambda: unbound.popen.poll() is not None)
    bound = processes.server("maxmemory 24mb", prefix=limit)
    assert "OOM command not allowed" in bound.write(500, 65536)
    assert bound.answers()


@pytest.mark.shows("RM043")
def test_a_server_without_a_password_obeys_whoever_reaches_it(processes: Machine) -> None:
    server, stranger = processes.server("protected-mode no", "appendonly yes"), processes.server()
    server.cli("SET", "a", "1")
    assert server.cli("REPLICAOF", "127.0.0.1", str(stranger.port)) == "OK"
    within(20, lambda: server.field("replication", "master_link_status") == "up")
    assert server.cli("GET", "a") == ""


@pytest.mark.shows("RM027")
def test_the_kernel_accepts_connections_for_a_server_that_hangs(processes: Machine) -> None:
    server = processes.server()
    server.stop()
    with socket.create_connection(("127.0.0.1", server.port), timeout=2):
        assert not server.answers()
    server.go_on()
    assert sooner(10, server.answers)


@pytest.mark.shows("RM019")
def test_a_sentinel_and_three_probes_do_not_fit_into_16_mebibytes(processes: Machine) -> None:
    (sentinel,) = processes.sentinels(1, 1, processes.server())
    assert Watch(sentinel).known("name") == "m"
    kibibytes = _resident(sentinel.popen.pid)
    with socket.create_connection(("127.0.0.1", sentinel.port)):
        client = subprocess.Popen(
            ["redis-cli", "-p", str(sentinel.port), "SUBSCRIBE", "x"], stdout=subprocess.PIPE
        )
        assert client.stdout is not None
        client.stdout.readline()
        kibibytes += 3 * _resident(client.pid)
        client.kill()
        client.wait()
        client.stdout.close()
    assert kibibytes > 16 << 10


def _resident(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
