"""A deployment takes over the data of an old master, with real servers and Sentinels on both sides."""

from __future__ import annotations

import json
import os
import re
import time
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.moving.cut import UnfinishedError, cut
from redismanifests.prove.moving.sides import Phase, facts, obstacles
from startup.conftest import REDIS, SENTINELS
from startup.test_processes import until

from .conftest import (
    NOWHERE,
    OLD_PASSWORD,
    REFUSED,
    Application,
    LocalPod,
    Move,
    OldSide,
    ended,
    in_time,
    profile_of,
    profile_text,
    silent,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.release]

HELLOS_S = 12
"""Longer than a Sentinel leaves a replica that calls itself a master before it makes it a replica again."""


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Move]:
    """Both sides have passwords, and not the same."""
    old = OldSide(tmp_path, password=OLD_PASSWORD)
    made = Move(tmp_path, old, login=True)
    yield made
    ended(made)
    old.end()


def command(move: Move, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`redismanifests migrate`, with a kubectl that runs in this machine's first pod."""
    pod, folder = move.pods["redis-0"], move.root / "bin"
    folder.mkdir(exist_ok=True)
    profile = move.root / "profile.yaml"
    profile.write_text(profile_text(move))
    variables = " ".join(f"{name}={value}" for name, value in pod.env.items())
    begin = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift 3\n'
    (folder / "kubectl").write_text(f'{begin}exec env -i {variables} dash {pod.config}/migrate.sh "$@"\n')
    (folder / "kubectl").chmod(0o755)
    path = {"PATH": f"{folder}:{os.environ['PATH']}"}
    return redismanifests("migrate", arguments[0], profile, *arguments[1:], env=path)


def cut_by_command(move: Move) -> subprocess.CompletedProcess[str]:
    """`migrate cut`, which is done."""
    done = command(move, "cut")
    if done.returncode:
        raise UnfinishedError(done.stderr, "")
    return done


def test_no_acknowledged_write_is_lost_and_the_old_sentinels_do_not_take_it_back(move: Move) -> None:
    move.old.watched()
    move.started()
    pod, profile = LocalPod(move), profile_of(move)
    assert move.probe(SENTINELS[0], "sentinel-alive.sh") == 0
    assert move.probe(SENTINELS[0], "sentinel-ready.sh") == 1
    until(lambda: NOWHERE in move.old.sentinel("SENTINEL", "REPLICAS", "mymaster"))
    assert move.addresses["redis-0"] not in move.old.sentinel("SENTINEL", "REPLICAS", "mymaster")
    with Application(move) as application:
        until(lambda: len(application.acknowledged) > 300)
        done = in_time(move, lambda: cut_by_command(move))
        until(lambda: application.moved)
        end = time.monotonic() + HELLOS_S
        while time.monotonic() < end:
            assert move.info("redis-0", "role") == "master"
            time.sleep(0.2)
    assert application.lost() == []
    (held,) = re.findall(r"writes were held for ([\d.]+) s", done.stdout)
    assert float(held) < 5
    shown = json.loads(command(move, "status", "--format", "json").stdout)
    assert (shown["phase"], shown["new"]["role"]) == ("cut", "master")
    assert move.master() == "redis-0"
    assert REFUSED in move.old.cli("SET", "a", "1")
    assert facts(pod, profile).phase is Phase.CUT
    refused = command(move, "back")
    assert (refused.returncode, "since the cut: going back would lose" in refused.stderr) == (2, True)
    assert move.cli("redis-0", "SET", "a", "1") == "OK"
    move.kill("redis-0")
    move.start("redis-0")
    until(lambda: move.info("redis-0", "role") in ("master", "slave"))
    assert move.info("redis-0", "master_host") != move.old.host


def test_a_pod_that_restarts_follows_again_and_no_one_is_promoted(locked: Move) -> None:
    move = locked
    assert move.old.cli("SET", "before", "1") == "OK"
    move.started()
    move.kill(*REDIS[:2])
    assert move.old.cli("SET", "meanwhile", "1") == "OK"
    move.start(*REDIS[:2])
    # A link that is up says nothing of how far its replica is.
    until(lambda: move.all_follow() and move.cli("redis-2", "GET", "meanwhile") == "1")
    move.old.end()
    move.kill(*REDIS)
    move.start(*REDIS)
    until(lambda: all(move.info(pod, "role") for pod in REDIS))
    time.sleep(4)
    assert {move.info(pod, "role") for pod in REDIS} == {"slave"}
    assert {move.cli(pod, "PING") for pod in SENTINELS} == {""}
    reasons = obstacles(facts(LocalPod(move), profile_of(move)), 3)
    assert any("does not answer" in each for each in reasons)
    move.old.start_master()
    until(move.all_follow)
    in_time(move, lambda: cut(LocalPod(move), profile_of(move), 10_000, silent))
    assert move.master() == "redis-0"
    conf = (move.pods["redis-0"].data / "redis.conf").read_text()
    assert 'masterauth "secret"' in conf
    assert NOWHERE not in conf
    assert move.info("redis-0", "slave_priority") in ("", "100")


def test_a_cut_is_not_begun_against_a_replica_and_not_without_replicas(move: Move) -> None:
    move.start("redis-0")
    until(lambda: move.info("redis-0", "master_link_status") == "up")
    pod, profile = LocalPod(move), profile_of(move)
    with pytest.raises(RedismanifestsError, match="0 of 2 replicas follow the first pod"):
        cut(pod, profile, 4000, silent)
    move.old.cli("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(RedismanifestsError, match="is no master"):
        cut(pod, profile, 4000, silent)
    assert facts(pod, profile).phase is Phase.FOLLOWING
