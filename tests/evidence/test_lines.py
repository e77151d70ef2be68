"""What rules say of extra lines of redis.conf, seen of a server that was given them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from redismanifests.core.values.image import Image
from redismanifests.profile.formulas.configuration.directive import version_without

from .servers import within

if TYPE_CHECKING:
    from .servers import Machine


@pytest.mark.shows("RM080")
def test_a_server_ends_at_a_line_that_it_does_not_know(processes: Machine) -> None:
    server = processes.ended("lazyfre-lazy-eviction yes")
    assert server.popen.returncode != 0
    assert "Bad directive" in server.log


@pytest.mark.shows("RM083")
@pytest.mark.parametrize(
    "line", ["include /nowhere/more.conf", "aclfile /nowhere/users.acl", "logfile /nowhere/log"]
)
def test_a_server_ends_where_a_file_is_missing_or_cannot_be_made(processes: Machine, line: str) -> None:
    assert processes.ended(line).popen.returncode != 0


@pytest.mark.shows("RM084")
def test_a_daemon_ends_the_process_that_the_container_waits_for(processes: Machine) -> None:
    server = processes.ended("daemonize yes")
    assert server.popen.returncode == 0
    within(10, server.answers)
    server.cli("SHUTDOWN", "NOSAVE")


@pytest.mark.shows("RM086")
def test_a_server_in_cluster_mode_refuses_to_be_a_replica(processes: Machine) -> None:
    server = processes.ended("cluster-enabled yes", "replicaof 127.0.0.1 6379")
    assert server.popen.returncode != 0
    assert "not allowed in cluster mode" in server.log


@pytest.mark.shows("RM038", "RM088")
def test_the_last_of_two_lines_counts(processes: Machine) -> None:
    server = processes.server("maxmemory 100mb", "maxmemory 400mb")
    assert server.cli("CONFIG", "GET", "maxmemory").split() == ["maxmemory", str(400 << 20)]


@pytest.mark.shows("RM087")
def test_who_comes_last_is_turned_away_be_it_a_sentinel(processes: Machine) -> None:
    server = processes.server("maxclients 1")
    with socket.create_connection(("127.0.0.1", server.port)) as crowd:
        crowd.sendall(b"PING\r\n")
        assert crowd.recv(64) == b"+PONG\r\n"
        assert "max number of clients" in server.cli("PING")


@pytest.mark.shows("RM085")
def test_a_short_time_out_cuts_a_healthy_link(processes: Machine) -> None:
    master = processes.server()
    replica = processes.replica(master, "repl-timeout 2")
    within(15, lambda: "MASTER timeout: no data nor PING received" in replica.log)


def test_the_table_of_directives_knows_all_that_this_server_lists(processes: Machine) -> None:
    server = processes.server()
    image = Image.parse(f"redis:{server.field('server', 'redis_version')}")
    listed = server.cli("CONFIG", "GET", "*").splitlines()[::2]
    assert len(listed) > 150
    assert [name for name in listed if version_without(name, "redis", image)] == []
    assert version_without("no-such-directive", "redis", image), "the table has this version"
