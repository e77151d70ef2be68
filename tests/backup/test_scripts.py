"""The scripts of a backup, run with real servers, Sentinels, rclone and moto's server."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from .conftest import ENCRYPTED, PLAIN
from .world import BUCKET, Job, Servers, profile_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .world import S3

KEYS = 50


@pytest.fixture(autouse=True)
def _data(servers: Servers) -> None:
    pairs = [word for number in range(KEYS) for word in (f"key{number}", "value" * 20)]
    servers.cli(servers.redis[0], "MSET", *pairs)
    servers.cli(servers.redis[0], "-n", "3", "SET", "elsewhere", "1")


@pytest.mark.parametrize("shell", ["dash", "busybox"])
@pytest.mark.parametrize("text", [PLAIN, ENCRYPTED], ids=["plain", "encrypted"])
def test_a_backup_is_stored_with_a_manifest(
    job: Callable[..., Job], servers: Servers, s3: S3, shell: str, text: str
) -> None:
    made = job(text, shell)
    made.backup()
    manifest = made.manifest
    assert manifest["keys"] == KEYS + 1
    assert manifest["databases"] == {"0": KEYS, "3": 1}
    assert manifest["engine"] == "redis"
    assert manifest["offset"] >= manifest["startOffset"] > 0
    dump = (made.scratch / "dump.rdb").read_bytes()
    assert manifest["size"] == len(dump)
    assert manifest["sha256"] == hashlib.sha256(dump).hexdigest()
    assert "redis-7.0" in manifest["readableBy"]
    names = [each for each in s3.names() if manifest["id"] in each and made.config.parts[-3] in each]
    ending = ".bin" if text == ENCRYPTED else ""
    assert sorted(each.rsplit("/", 1)[1] for each in names) == [f"dump.rdb{ending}", f"manifest.json{ending}"]
    stored = s3.client.get_object(Bucket=BUCKET, Key=min(names))["Body"].read()
    assert (b"value" in stored) == (text == PLAIN)


def _upload(job: Job, **changes: object) -> tuple[int, str]:
    """Upload the dump of the scratch volume under a changed manifest."""
    draft = job.scratch / "manifest.json"
    lines = [
        f'"{key}": {json.dumps(changes.get(key, value))}'
        for key, value in {**job.manifest, **changes}.items()
    ]
    draft.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    done = job.run("upload.sh")
    return done.returncode, done.stderr


def _keys(job: Job, s3: S3) -> list[str]:
    """Objects of this job."""
    place = job.variables["REMOTE"].partition("/")[2]
    return [each for each in s3.names() if place in each]


def _ids(job: Job, s3: S3) -> list[str]:
    """Ids of the backups of this job that have a manifest, the newest first."""
    found = [each.split("/")[-2] for each in _keys(job, s3) if "manifest.json" in each]
    return sorted(found, reverse=True)


def test_the_manifest_is_one_field_a_line(job: Callable[..., Job]) -> None:
    made = job()
    assert made.run("dump.sh").returncode == 0
    text = (made.scratch / "manifest.json").read_text()
    assert [line.split('"')[1] for line in text.splitlines()[1:-1]] == list(json.loads(text))


def test_the_master_is_never_read(job: Callable[..., Job], servers: Servers) -> None:
    made = job()
    before = servers.info(servers.redis[0])["sync_full"]
    assert made.run("dump.sh").returncode == 0
    assert servers.info(servers.redis[0])["sync_full"] == before


@pytest.mark.slow
def test_a_backup_of_an_id_that_exists_is_refused(job: Callable[..., Job]) -> None:
    made = job()
    made.backup()
    done = made.run("upload.sh")
    assert done.returncode == 1
    assert "is in the store already" in done.stderr


@pytest.mark.slow
def test_a_store_that_does_not_answer_fails_the_upload(job: Callable[..., Job]) -> None:
    made = job()
    assert made.run("dump.sh").returncode == 0
    done = made.run("upload.sh", RCLONE_CONFIG_STORE_ENDPOINT="http://127.0.0.1:1")
    assert done.returncode == 1
    assert "the store does not answer" in done.stderr


@pytest.mark.slow
def test_a_dump_that_is_not_what_its_manifest_says_gets_no_manifest(job: Callable[..., Job], s3: S3) -> None:
    made = job()
    assert made.run("dump.sh").returncode == 0
    code, said = _upload(made, sha256="0" * 64)
    assert code == 1
    assert "another dump" in said
    assert _ids(made, s3) == []


@pytest.mark.slow
def test_what_is_beyond_the_retention_goes_and_the_last_good_ones_stay(
    job: Callable[..., Job], s3: S3
) -> None:
    made = job()
    assert made.run("dump.sh").returncode == 0
    made.set({"KEEP_COUNT": "3", "KEEP_LEAST": "2"})
    days = [f"202611{day:02}T000000Z-00000000" for day in (10, 11, 12, 13, 14)]
    for day in days[:3]:
        assert _upload(made, id=day)[0] == 0
    # Of an emptied deployment: it counts in the retention, and pushes nothing out.
    for day in days[3:]:
        assert _upload(made, id=day, keys=0)[0] == 0
    assert _ids(made, s3) == sorted(days[1:], reverse=True)


@pytest.mark.slow
def test_a_damaged_backup_does_not_push_a_good_one_out(job: Callable[..., Job], s3: S3) -> None:
    made = job()
    assert made.run("dump.sh").returncode == 0
    made.set({"KEEP_COUNT": "1", "KEEP_LEAST": "2"})
    days = [f"202611{day:02}T000000Z-00000000" for day in (10, 11, 12)]
    for day in days[:2]:
        assert _upload(made, id=day)[0] == 0
    (damaged,) = (each for each in _keys(made, s3) if days[1] in each and "dump" in each)
    body = bytearray(s3.client.get_object(Bucket=BUCKET, Key=damaged)["Body"].read())
    body[len(body) // 2] ^= 1
    s3.client.put_object(Bucket=BUCKET, Key=damaged, Body=bytes(body))
    code, said = _upload(made, id=days[2])
    assert code == 0
    assert f"backup {days[1]}: empty or damaged" in said
    assert _ids(made, s3) == sorted(days, reverse=True)


@pytest.mark.slow
def test_a_backup_from_the_future_stops_the_retention(job: Callable[..., Job], s3: S3) -> None:
    made = job()
    assert made.run("dump.sh").returncode == 0
    made.set({"KEEP_COUNT": "1", "KEEP_LEAST": "1"})
    for day in ("20261110T000000Z-00000000", "20991110T000000Z-00000000"):
        assert _upload(made, id=day)[0] == 0
    code, said = _upload(made, id="20261111T000000Z-00000000")
    assert code == 0
    assert "a clock was wrong" in said
    assert len(_ids(made, s3)) == 2


@pytest.mark.slow
def test_an_upload_that_did_not_end_goes_after_a_day(job: Callable[..., Job], s3: S3) -> None:
    made = job()
    assert made.run("dump.sh").returncode == 0
    place = made.variables["REMOTE"].removeprefix(f"STORE:{BUCKET}/")
    old, young = "20201110T000000Z-00000000", "20991110T000000Z-00000000"
    for each in (old, young):
        s3.client.put_object(Bucket=BUCKET, Key=f"{place}/{each}/dump.rdb", Body=b"half")
    assert _upload(made)[0] == 0
    assert not any(old in each for each in _keys(made, s3))
    assert any(young in each for each in _keys(made, s3))


@pytest.mark.slow
@pytest.mark.parametrize("text", [PLAIN, ENCRYPTED], ids=["plain", "encrypted"])
def test_what_goes_leaves_no_folder_behind(job: Callable[..., Job], tmp_path: Path, text: str) -> None:
    made, store = job(text), tmp_path / "store"
    place = "REMOTE" if text == PLAIN else "RCLONE_CONFIG_CRYPT_REMOTE"
    made.variables |= {"RCLONE_CONFIG_STORE_TYPE": "local", place: f"STORE:{store}"}
    assert made.run("dump.sh").returncode == 0
    made.set({"KEEP_COUNT": "1", "KEEP_LEAST": "1"})
    days = [f"202011{day:02}T000000Z-00000000" for day in (10, 11, 12)]
    # A removal that was killed, and a file that is no backup's.
    (store / days[0]).mkdir(parents=True)
    (store / days[1]).mkdir()
    (store / days[1] / "notes").write_text("of a person")
    (store / "elsewhere").mkdir()
    for id in (days[2], made.manifest["id"]):
        code, said = _upload(made, id=id)
        assert (code, "could not be applied" in said) == (0, False), said
    assert f"folder {days[1]}: stays" in said
    assert sorted(each.name for each in store.iterdir()) == [days[1], made.manifest["id"], "elsewhere"]


@pytest.mark.slow
def test_with_accounts_no_right_is_missing_and_no_password_is_seen(tmp_path: Path, s3: S3) -> None:
    profile = profile_of(PLAIN + "auth: {mode: acl}\n")
    with Servers(tmp_path / "servers", profile) as servers:
        job = Job(tmp_path / "job", profile, servers.settings, ("dash", "-x"))
        job.environment = dict(s3.environment)
        said = [job.run(script) for script in ("dump.sh", "upload.sh")]
        assert [each.returncode for each in said] == [0, 0], said
        for address in (*servers.redis, *servers.sentinels):
            assert servers.cli(address, "ACL", "LOG") == ""
    # -x prints every command with its arguments.
    for each in said:
        for secret in ("password-of-backup", *s3.secrets):
            assert secret not in each.stdout + each.stderr
