"""Each kind of store that can run here: backup, list, check, retention, restore, drill, refusals."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from commandline import redismanifests
from restore.conftest import Restore, Store, make_drill, make_restore
from segments.conftest import stamp
from segments.test_segments_pruned import make_pruner

from .stores import PLACE, STORES, Moto, Sftp
from .world import PASSWORD, Job, Servers, need, profile_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.release]

KEYS = 50
PROFILE = """
name: redis
namespace: shop
backup:
  schedule: "17 * * * *"
  store: {store}
  encryption: {{secretName: encryption}}
"""


class Place:
    """A store with the job that writes to it."""

    def __init__(self, folder: Path, servers: Servers, store: Any) -> None:
        self.folder, self.store = folder, store
        self.text = PROFILE.format(store=store.lines)
        self.job = Job(folder / "job", profile_of(self.text), servers.settings, ("busybox", "sh"))
        self.job.set({"KEEP_COUNT": "2", "KEEP_LEAST": "2"})
        self.job.variables = store.variables(self.job.variables)
        crypted = self.job.variables.pop("REMOTE")
        # Beneath the encryption.
        place = crypted if crypted != "CRYPT:" else self.job.variables["RCLONE_CONFIG_CRYPT_REMOTE"]
        self.job.variables |= {"REMOTE": "CRYPT:", "RCLONE_CONFIG_CRYPT_REMOTE": place}
        self.job.environment = {"BACKUP_PASSWORD": PASSWORD}

    def back_up(self) -> tuple[int, str]:
        """Both containers, in the next second: exit code and words of the one that stopped it."""
        time.sleep(1.1)
        for script in ("dump.sh", "upload.sh"):
            done = self.job.run(script)
            if done.returncode:
                break
        return done.returncode, done.stderr

    def asked(self, command: str) -> tuple[int, Any]:
        """What a person is answered."""
        lines = {**self.job.variables, "BACKUP_PASSWORD": PASSWORD}
        (self.folder / "profile.yaml").write_text(self.text)
        (self.folder / "store.env").write_text("".join(f"{k}={v}\n" for k, v in lines.items()))
        done = redismanifests(
            "backup", command, "profile.yaml", "--env-file=store.env", "--format=json", cwd=self.folder
        )
        return done.returncode, json.loads(done.stdout or "null")

    def reading(self, made: Restore) -> Restore:
        """A pod that restores, with this store."""
        made.pod.env.update(self.job.variables, BACKUP_PASSWORD=PASSWORD)
        return made

    def restored(self) -> Path:
        """The volume of a first pod after a restore of the newest."""
        root = self.folder / f"restore{time.monotonic_ns()}"
        made = self.reading(make_restore(root, Store(self.folder)))
        made.both()
        return made.data

    def drilled(self) -> tuple[int, str]:
        """A restore drill."""
        drill = self.reading(make_drill(self.folder / f"drill{time.monotonic_ns()}", Store(self.folder)))
        done = drill.run("fetch", "once")
        if not done.returncode:
            done = drill.run("drill")
        return done.returncode, done.stderr


@pytest.fixture(params=STORES, ids=lambda store: store.name)
def place(request: pytest.FixtureRequest, tmp_path: Path, servers: Servers) -> Iterator[Place]:
    need("rclone")
    pairs = [word for number in range(KEYS) for word in (f"key{number}", "value" * 20)]
    servers.cli(servers.redis[0], "MSET", *pairs)
    with request.param(tmp_path / "store") as store:
        yield Place(tmp_path, servers, store)


def test_the_whole_way(place: Place) -> None:
    """Backups, the retention, what a person sees, a drill, a restore; then a changed byte, which all of them find."""
    for _ in range(3):
        code, said = place.back_up()
        assert code == 0, said
        assert "could not be applied" not in said
    newest = place.job.manifest["id"]
    listed = place.store.listed()
    assert len(listed) == 2
    assert listed[0] == newest
    assert place.store.hollow() == []
    code, found = place.asked("check")
    assert code == 0
    assert [(each["id"], each["problem"], each["keys"]) for each in found["backups"]] == [
        (each, None, KEYS) for each in listed
    ]
    code, said = place.drilled()
    assert (code, f"backup {newest} restores: {KEYS} keys" in said) == (0, True), said
    data = place.restored()
    assert (data / "dump.rdb").read_bytes() == (place.job.scratch / "dump.rdb").read_bytes()
    assert newest in (data / "restored").read_text()
    place.store.damage(newest)
    assert place.asked("check")[0] == 1
    code, said = place.drilled()
    assert code == 1
    code, said = place.back_up()
    assert code == 0, said
    assert f"backup {newest}: empty or damaged" in said
    # The one before it stays in its stead.
    assert place.store.listed() == sorted({place.job.manifest["id"], newest, listed[1]}, reverse=True)[:3]


def test_a_store_that_only_answers_takes_no_backup_and_loses_none(place: Place) -> None:
    if isinstance(place.store, Moto):
        pytest.skip("its lock is tested below; who may write is no matter of moto's")
    for _ in range(2):
        assert place.back_up()[0] == 0
    listed = place.store.listed()
    place.store.close()
    code, said = place.back_up()
    assert code == 1
    assert "no backup: the dump could not be stored" in said
    assert place.store.listed() == listed
    assert place.drilled()[0] == 0


@pytest.mark.parametrize("place", [Sftp], indirect=True, ids=["sftp"])
def test_an_sftp_server_with_another_key_gets_nothing(place: Place) -> None:
    place.store.known("other")
    code, said = place.back_up()
    assert code == 1
    assert "the store does not answer" in said
    assert list(place.store.files.rglob("dump.rdb*")) == []


@pytest.mark.parametrize("place", [Moto], indirect=True, ids=["moto"])
def test_locked_objects_are_hidden_by_the_retention_and_stay(place: Place) -> None:
    for _ in range(4):
        code, said = place.back_up()
        assert code == 0, said
    assert len(place.store.listed()) == 2
    versions = place.store.versions()
    assert len({each["Key"].split("/")[-2] for each in versions}) == 4
    listed = subprocess.run(
        ["rclone", "lsf", "-R", "--s3-versions", place.job.variables["RCLONE_CONFIG_CRYPT_REMOTE"]],
        # Nothing else: AWS_CA_BUNDLE, which some machines set, stops rclone (store.sh removes it).
        env={"PATH": os.environ["PATH"], **place.job.variables, "RCLONE_CONFIG": "/notfound"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.count("dump") == 4
    with pytest.raises(Exception, match="AccessDenied"):
        place.store.client.delete_object(
            Bucket="locked", Key=versions[0]["Key"], VersionId=versions[0]["VersionId"]
        )


def test_old_segments_are_hidden_in_a_bucket_that_locks_and_every_version_stays(tmp_path: Path) -> None:
    need("rclone", "busybox")
    with Moto(tmp_path / "store") as store:
        now = time.time()
        for pod, until in (("redis-0", now - 25 * 3600), ("redis-1", now)):
            chain = f"{PLACE}.segments/{pod}/{stamp(until - 3600)}"
            for name in ("base", "manifest.json", f"{0:015d}-{stamp(until)}-master-0"):
                store.client.put_object(Bucket="locked", Key=f"{chain}/{name}", Body=b"x" * 128)
        pod = make_pruner(tmp_path)
        variables = {"RCLONE_CONFIG_STORE_TYPE": "s3", "RCLONE_CONFIG_STORE_PROVIDER": "Other"}
        pod.env.update(store.variables({**variables, "REMOTE": f"STORE:locked/{PLACE}.segments"}))
        done = pod.run("segments-prune.sh", ("busybox", "sh"))
        assert done.returncode == 0, done.stderr
        left = store.client.list_objects_v2(Bucket="locked")["Contents"]
        assert {each["Key"].split("/")[3] for each in left} == {"redis-1"}
        assert len(store.versions()) == 6
