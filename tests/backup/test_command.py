"""`backup list` and `backup check`: what a person sees of a real store."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from commandline import redismanifests

from .conftest import ENCRYPTED, PLAIN
from .world import BUCKET, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .world import S3, Job


def _run(
    folder: Path, text: str, command: str, *options: str, path: str | None = None
) -> tuple[int, str, str]:
    (folder / "profile.yaml").write_text(text)
    env = {} if path is None else {"PATH": path}
    done = redismanifests("backup", command, "profile.yaml", *options, cwd=folder, env={**os.environ, **env})
    return done.returncode, done.stdout, done.stderr


def _env_file(folder: Path, s3: S3) -> str:
    lines = {**s3.environment, "BACKUP_PASSWORD": PASSWORD}
    (folder / "store.env").write_text("# the store\n" + "".join(f"{k}={v}\n" for k, v in lines.items()))
    return "--env-file=store.env"


def test_without_backups_in_the_profile_it_says_so(tmp_path: Path) -> None:
    code, _, said = _run(tmp_path, "name: redis\nnamespace: shop\n", "list")
    assert code == 2
    assert "this profile has no backups" in said


def test_without_rclone_it_says_how_to_get_it(tmp_path: Path, s3: S3) -> None:
    code, _, said = _run(tmp_path, PLAIN, "list", _env_file(tmp_path, s3), path="/nowhere")
    assert code == 2
    assert "rclone is not on PATH" in said


def test_without_keys_it_names_the_variables(tmp_path: Path) -> None:
    code, _, said = _run(tmp_path, PLAIN, "list")
    assert code == 2
    assert "RCLONE_CONFIG_STORE_ACCESS_KEY_ID, RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY" in said


@pytest.mark.parametrize("line", ["no variable", "1X=2"])
def test_an_env_file_that_is_none_is_refused_without_its_text(tmp_path: Path, line: str) -> None:
    (tmp_path / "store.env").write_text(f"A=1\n{line}\n")
    code, _, said = _run(tmp_path, PLAIN, "list", "--env-file=store.env")
    assert code == 2
    assert "line 2 is not NAME=VALUE" in said
    assert line not in said


def test_a_store_that_does_not_answer_is_no_empty_store(tmp_path: Path, s3: S3) -> None:
    option = _env_file(tmp_path, s3)
    with (tmp_path / "store.env").open("a") as file:
        file.write("RCLONE_CONFIG_STORE_ENDPOINT=http://127.0.0.1:1\n")
    code, _, said = _run(tmp_path, PLAIN, "list", option)
    assert code == 2
    assert "the store does not answer, or refuses" in said


def test_a_store_without_backups_is_1(tmp_path: Path, s3: S3) -> None:
    text = PLAIN.replace("namespace: shop", "namespace: empty")
    code, shown, said = _run(tmp_path, text, "list", _env_file(tmp_path, s3))
    assert (code, said) == (1, "")
    assert "0 of 0 backups of redis in empty" in shown


@pytest.mark.slow
@pytest.mark.parametrize("text", [PLAIN, ENCRYPTED], ids=["plain", "encrypted"])
def test_a_changed_byte_is_found_by_check_and_not_by_list(
    tmp_path: Path, job: Callable[..., Job], s3: S3, text: str
) -> None:
    made = job(text)
    namespace = f"n{tmp_path.name.replace('_', '-')}"
    made.variables = {k: v.replace(f"/{tmp_path.name}/", f"/{namespace}/") for k, v in made.variables.items()}
    made.backup()
    text = text.replace("namespace: shop", f"namespace: {namespace}")
    option = _env_file(tmp_path, s3)
    code, shown, _ = _run(tmp_path, text, "check", option, "--format=json")
    (backup,) = json.loads(shown)["backups"]
    assert (code, backup["problem"], backup["keys"]) == (0, None, made.manifest["keys"])
    (key,) = (each for each in s3.names() if f"/{namespace}/" in each and "dump.rdb" in each)
    body = bytearray(s3.client.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    body[len(body) // 2] ^= 1
    s3.client.put_object(Bucket=BUCKET, Key=key, Body=bytes(body))
    assert _run(tmp_path, text, "list", option)[0] == 0
    code, shown, _ = _run(tmp_path, text, "check", option)
    assert code == 1
    assert "0 of 1 backups" in shown


SEGMENTS = ENCRYPTED.replace("encryption: {secretName: encryption}", "segments: {secretName: writer}")


def _segment(s3: S3, place: str, first: int, until: str, body: bytes, *, damaged: bool = False) -> None:
    header = f"segment 1 sha256 {hashlib.sha256(body).hexdigest():110}\n".encode()
    name = f"{place}/{first:015d}-{until}-master-{len(body)}"
    s3.client.put_object(Bucket=BUCKET, Key=name, Body=header + (body[::-1] if damaged else body))


def _chain(s3: S3, namespace: str, base: bytes = b"base") -> str:
    """A chain that leads from 12:00:00 to 12:02:00 in two segments."""
    place = f"production/{namespace}/redis.segments/redis-0/20261130T120000Z"
    manifest = json.dumps({"sha256": hashlib.sha256(base).hexdigest()}).encode()
    for name, body in (("base", base), ("manifest.json", manifest)):
        s3.client.put_object(Bucket=BUCKET, Key=f"{place}/{name}", Body=body)
    _segment(s3, place, 0, "20261130T120100Z", b"set a 1")
    _segment(s3, place, 7, "20261130T120200Z", b"set b 2")
    return place


def _asked(tmp_path: Path, s3: S3, namespace: str, command: str) -> tuple[int, dict[str, Any]]:
    text = SEGMENTS.replace("namespace: shop", f"namespace: {namespace}")
    code, shown, said = _run(tmp_path, text, command, _env_file(tmp_path, s3), "--format=json")
    assert said == ""
    found: dict[str, Any] = json.loads(shown)
    return code, found


def test_list_prints_from_when_to_when_any_second_can_be_restored(tmp_path: Path, s3: S3) -> None:
    _chain(s3, "moments")
    # There are segments, and no backup.
    code, found = _asked(tmp_path, s3, "moments", "list")
    assert (code, found["moments"]) == (
        1,
        [{"from": "2026-11-30T12:00:00Z", "until": "2026-11-30T12:02:00Z"}],
    )
    assert [(each["pod"], each["problem"]) for each in found["chains"]] == [("redis-0", None)]


def test_list_ends_a_chain_where_a_segment_is_missing(tmp_path: Path, s3: S3) -> None:
    place = _chain(s3, "hole")
    _segment(s3, place, 100, "20261130T120900Z", b"set c 3")
    _, found = _asked(tmp_path, s3, "hole", "list")
    assert found["chains"][0]["problem"] == "a segment is missing after 20261130T120200Z"
    assert found["moments"][0]["until"] == "2026-11-30T12:02:00Z"


@pytest.mark.slow
def test_check_reads_segments_and_finds_one_with_a_changed_byte(tmp_path: Path, s3: S3) -> None:
    place = _chain(s3, "changed")
    _segment(s3, place, 7, "20261130T120200Z", b"set b 2", damaged=True)
    assert _asked(tmp_path, s3, "changed", "list")[1]["chains"][0]["problem"] is None
    code, found = _asked(tmp_path, s3, "changed", "check")
    assert (code, found["chains"][0]["problem"]) == (1, "the segment until 20261130T120200Z is damaged")
    assert found["moments"] == [{"from": "2026-11-30T12:00:00Z", "until": "2026-11-30T12:01:00Z"}]


@pytest.mark.slow
def test_check_finds_a_base_with_a_changed_byte(tmp_path: Path, s3: S3) -> None:
    place = _chain(s3, "base")
    s3.client.put_object(Bucket=BUCKET, Key=f"{place}/base", Body=b"bass")
    code, found = _asked(tmp_path, s3, "base", "check")
    assert (code, found["chains"][0]["problem"], found["moments"]) == (1, "its base is damaged", [])
