"""Backups under fire: faults around one backup; then every listed one restores, and no good one is gone.

Each fault is done to a run of the two scripts, with real servers, Sentinels, rclone and moto's server. A store that is
full is one that refuses every object; one without a byte left on its volume is in the rehearsal `backup-under-fire`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from .conftest import PLAIN
from .world import BUCKET, Job, Process, Servers, free_port, profile_of, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .world import S3

pytestmark = pytest.mark.slow

SLOW_US = "20000"
"""Delay of each key of a dump: with 200 keys it takes four seconds."""
DATA = 200
LEAST_STEPS = 8
"""Calls of rclone in an upload that removes something: it lists, stores, reads and removes."""


class Range:
    """Servers, a job, and the two backups that were there before the fault."""

    def __init__(self, servers: Servers, job: Job, s3: S3) -> None:
        self.servers, self.job, self.s3 = servers, job, s3
        pairs = [word for number in range(DATA) for word in (f"key{number}", "value" * 20)]
        servers.cli(servers.redis[0], "MSET", *pairs)
        self.before = [self._backup(), self._backup()]

    def _backup(self) -> str:
        time.sleep(1.1)
        return self.job.backup()

    def slowly(self, slow: bool) -> None:
        """A dump of a replica takes seconds, so that something can come between."""
        for address in self.servers.running:
            if address in self.servers.redis:
                self.servers.cli(address, "CONFIG", "SET", "rdb-key-save-delay", SLOW_US if slow else "0")

    def attempt(self, while_dumping: Callable[[], None] | None = None, **variables: str) -> tuple[int, str]:
        """One try of the pod: the exit code of the container that stopped it, and what was said."""
        time.sleep(1.1)
        ended = self.job.start("dump.sh")
        if while_dumping:
            until(lambda: (self.job.scratch / "said").exists() and self._dumping(), "no dump began")
            while_dumping()
        done = ended()
        if done.returncode:
            return done.returncode, done.stderr
        done = self.job.run("upload.sh", **variables)
        return done.returncode, done.stderr

    def _dumping(self) -> bool:
        return any(
            self.servers.info(each).get("connected_slaves") not in (None, "0")
            for each in self.servers.running
            if each in self.servers.redis and self.servers.info(each).get("role") == "slave"
        )

    def source(self) -> str:
        """The replica that is being dumped."""
        return next(
            each
            for each in self.servers.redis
            if each in self.servers.running
            and self.servers.info(each)["role"] == "slave"
            and self.servers.info(each)["connected_slaves"] != "0"
        )

    def listed(self) -> list[str]:
        place = self.job.variables["REMOTE"].partition("/")[2]
        names = [each for each in self.s3.names() if place in each and "manifest.json" in each]
        return [each.split("/")[-2] for each in names]

    def object(self, id: str, file: str) -> bytes:
        (key,) = (each for each in self.s3.names() if f"/{id}/{file}" in each)
        body: bytes = self.s3.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def restores(self, id: str, folder: Path) -> bool:
        """Whether a server starts with this dump and has all its keys."""
        manifest, dump = json.loads(self.object(id, "manifest.json")), self.object(id, "dump.rdb")
        if hashlib.sha256(dump).hexdigest() != manifest["sha256"]:
            return False
        folder = folder.with_name(f"{folder.name}-{time.monotonic_ns()}")
        folder.mkdir()
        (folder / "dump.rdb").write_bytes(dump)
        port = str(free_port())
        server = ["redis-server", "--port", port, "--dir", str(folder), "--save", ""]
        with Process(server, stdout=subprocess.DEVNULL):
            asked = ["redis-cli", "-p", port, "DBSIZE"]
            until(
                lambda: (
                    subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
                    == str(manifest["keys"])
                ),
                f"{id} does not restore",
            )
        return True


@pytest.fixture
def fire(tmp_path: Path, s3: S3) -> Iterator[Range]:
    profile = profile_of(PLAIN)
    with Servers(tmp_path / "servers", profile) as servers:
        job = Job(tmp_path / "job", profile, servers.settings, ("dash",))
        job.variables = {
            k: v.replace("/shop/redis", f"/{tmp_path.name}/redis") for k, v in job.variables.items()
        }
        job.environment = dict(s3.environment)
        job.set({"KEEP_COUNT": "2", "KEEP_LEAST": "2"})
        yield Range(servers, job, s3)


def _good(fire: Range, tmp_path: Path, *, damaged: str = "") -> None:
    """Every listed backup restores, and at least KEEP_LEAST are there: none of the good ones went for a bad one."""
    listed = fire.listed()
    assert len([each for each in listed if each != damaged]) >= 2, listed
    for number, id in enumerate(listed):
        if id != damaged:
            assert fire.restores(id, tmp_path / f"restored{number}")


@pytest.mark.release
def test_the_master_is_killed_during_the_dump(fire: Range, tmp_path: Path) -> None:
    fire.slowly(True)
    _, said = fire.attempt(lambda: fire.servers.kill(fire.servers.redis[0]))
    fire.slowly(False)
    # A dump that was complete before the failover is a good one; one that was not is tried again.
    until(lambda: fire.attempt()[0] == 0, said, seconds=60)
    _good(fire, tmp_path)
    for sentinel in fire.servers.sentinels:
        assert fire.servers.replicas_known(sentinel) == 2


@pytest.mark.release
def test_the_replica_is_killed_during_the_dump(fire: Range, tmp_path: Path) -> None:
    fire.slowly(True)
    code, said = fire.attempt(lambda: fire.servers.kill(fire.source()))
    assert code == 1
    assert "ended early" in said
    assert sorted(fire.listed()) == sorted(fire.before)
    fire.slowly(False)
    assert fire.attempt()[0] == 0
    _good(fire, tmp_path)


def test_the_store_is_away(fire: Range, tmp_path: Path) -> None:
    code, said = fire.attempt(RCLONE_CONFIG_STORE_ENDPOINT="http://127.0.0.1:1")
    assert code == 1
    assert "the store does not answer" in said
    _good(fire, tmp_path)
    assert fire.attempt()[0] == 0
    _good(fire, tmp_path)


def test_the_store_refuses_to_write(fire: Range, tmp_path: Path) -> None:
    # A bucket that is not there refuses each object, as a full one does.
    remote = fire.job.variables["REMOTE"].replace(BUCKET, "no-such-bucket")
    code, said = fire.attempt(REMOTE=remote)
    assert code == 1
    assert "could not be stored" in said
    _good(fire, tmp_path)


@pytest.mark.release
def test_the_disk_of_the_node_is_full(fire: Range, tmp_path: Path) -> None:
    fire.job.set({"SCRATCH": "/dev/full"})
    code, _ = fire.attempt()
    assert code != 0
    assert sorted(fire.listed()) == sorted(fire.before)


@pytest.mark.release
def test_the_password_of_the_server_is_changed(fire: Range, tmp_path: Path) -> None:
    for address in (*fire.servers.redis, *fire.servers.sentinels):
        fire.servers.cli(address, "ACL", "SETUSER", "default", "resetpass", ">changed")
    fire.job.set({"FIND_SECONDS": "2"})
    code, said = fire.attempt()
    assert code == 1
    assert "no majority" in said
    assert sorted(fire.listed()) == sorted(fire.before)


def _killing(folder: Path) -> Path:
    """A folder for PATH whose rclone kills the whole job before or after one of its calls."""
    folder.mkdir()
    (folder / "rclone").write_text(
        f"#!/bin/sh\nnumber=$(($(cat {folder}/number) + 1))\necho $number >{folder}/number\n"
        '[ "$number $WHEN" != "$AT before" ] || kill -9 0\n'
        f'{shutil.which("rclone")} "$@"\ncode=$?\n'
        '[ "$number $WHEN" != "$AT after" ] || kill -9 0\nexit $code\n'
    )
    (folder / "rclone").chmod(0o755)
    return folder


def _whole(store: Path) -> list[str]:
    """Ids of what is listed, the newest first; each has the dump that its manifest describes."""
    manifests = [json.loads(path.read_text()) for path in store.rglob("manifest.json")]
    for each in manifests:
        dump = (store / each["id"] / "dump.rdb").read_bytes()
        assert (len(dump), hashlib.sha256(dump).hexdigest()) == (each["size"], each["sha256"]), each["id"]
    return sorted((each["id"] for each in manifests), reverse=True)


@pytest.mark.release
def test_the_job_is_killed_at_each_of_its_steps(
    servers: Servers, job: Callable[..., Job], tmp_path: Path
) -> None:
    """Before and after each call of rclone; what dump.sh writes is on the pod's own disk, and goes with it."""
    made, store = job(), tmp_path / "store"
    # A backup without keys pushes nothing out.
    servers.cli(servers.redis[0], "SET", "key", "value")
    assert made.run("dump.sh").returncode == 0
    made.set({"KEEP_COUNT": "2", "KEEP_LEAST": "2", "KEEP_AGE_SECONDS": "0"})
    made.variables = {"RCLONE_CONFIG_STORE_TYPE": "local", "REMOTE": f"STORE:{store}"}
    made.environment["PATH"] = f"{_killing(tmp_path / 'programs')}:{os.environ['PATH']}"
    draft = (made.scratch / "manifest.json").read_text()
    last = made.manifest["id"]
    numbers = itertools.count(1)
    good: list[str] = []

    def attempt(when: str = "", at: int = 0) -> int:
        id = f"20261101T{next(numbers):06}Z-00000000"
        (made.scratch / "manifest.json").write_text(draft.replace(last, id))
        (tmp_path / "programs" / "number").write_text("0")
        code = made.run("upload.sh", WHEN=when, AT=str(at)).returncode
        listed = _whole(store)
        good.extend(each for each in listed if each not in good)
        assert sorted(good, reverse=True)[:2] == listed[:2], f"killed {when} step {at}"
        return code

    assert [attempt() for _ in range(3)] == [0, 0, 0]
    steps = int((tmp_path / "programs" / "number").read_text())
    assert steps > LEAST_STEPS
    for when in ("before", "after"):
        for at in range(1, steps + 1):
            assert attempt(when, at) == -9
            assert attempt() == 0
    assert len(_whole(store)) == 2
    # What a killed job left goes with a later one: these ids are older than a day.
    assert len(list(store.iterdir())) == 2


@pytest.mark.release
@pytest.mark.parametrize("days", [-400, 400])
def test_the_clock_is_changed(fire: Range, tmp_path: Path, days: int) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "date").write_text(
        '#!/bin/sh\ncase "$*" in\n'
        f'  +%s) echo $(($(/usr/bin/date +%s) + {days * 86400})) ;;\n  *) exec /usr/bin/date "$@" ;;\nesac\n'
    )
    (programs / "date").chmod(0o755)
    fire.job.environment["PATH"] = f"{programs}:/usr/bin:/bin"
    code, said = fire.attempt()
    assert code == 1
    assert "the clock of this node is" in said
    assert sorted(fire.listed()) == sorted(fire.before)


def test_a_byte_of_an_object_is_changed(fire: Range, tmp_path: Path) -> None:
    damaged = max(fire.before)
    (key,) = (each for each in fire.s3.names() if f"/{damaged}/dump.rdb" in each)
    body = bytearray(fire.object(damaged, "dump.rdb"))
    body[len(body) // 2] ^= 1
    fire.s3.client.put_object(Bucket=BUCKET, Key=key, Body=bytes(body))
    code, said = fire.attempt()
    assert code == 0
    assert f"backup {damaged}: empty or damaged" in said
    assert min(fire.before) in fire.listed()
    _good(fire, tmp_path, damaged=damaged)


@pytest.mark.release
def test_a_hundred_dumps_leave_no_phantom(servers: Servers, job: Callable[..., Job]) -> None:
    made = job()
    for _ in range(100):
        done = made.run("dump.sh")
        assert done.returncode == 0, done.stderr
    # Sentinels read INFO every ten seconds.
    time.sleep(12)
    assert [servers.replicas_known(each) for each in servers.sentinels] == [2, 2, 2]
