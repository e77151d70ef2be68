"""A platform may choose the user: an id that no file knows, group 0, no home, a volume that its group may write to."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import REDIS, SENTINELS, require
from .test_processes import PODS, Members, until

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, OTHER = 1_000_650_000, 1_000_660_000
"""Of two namespaces of OpenShift."""


def as_user(user: int) -> tuple[str, ...]:
    """The command that becomes this user, in group 0 alone and without a capability."""
    ids = (f"--reuid={user}", "--regid=0", "--clear-groups")
    return ("setpriv", *ids, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "dash")


def opened(root: Path) -> None:
    """Let group 0 write to every volume, whoever owns it: what the kubelet does for the group of a volume."""
    for path in (root, *root.rglob("*")):
        os.chown(path, -1, 0)
        path.chmod(path.stat().st_mode | (0o2770 if path.is_dir() else 0o660))


@pytest.fixture
def members() -> Iterator[Members]:
    """Six members whose folders belong to root, and to no one but group 0."""
    require("setpriv", "dash", "redis-server", "redis-cli")
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    root = Path(tempfile.mkdtemp(prefix="any-user-"))
    members = Members(root)
    opened(root)
    # A pod has no home of this user, and no entry of it in /etc/passwd.
    assert subprocess.run(["getent", "passwd", str(USER)], check=False).returncode != 0
    assert not any("HOME" in pod.env for pod in members.pods.values())
    yield members
    members.kill(*members.running)
    shutil.rmtree(root)


def ready(members: Members, user: int) -> bool:
    """Whether every pod that runs says so to its own user."""
    return all(
        members.pods[p].run("redis-ready.sh" if p in REDIS else "sentinel-ready.sh", as_user(user)).returncode
        == 0
        for p in members.running
    )


def start(members: Members, user: int) -> None:
    members.start(*PODS, shell=as_user(user))
    until(lambda: ready(members, user))


def test_six_members_start_and_fail_over_as_a_user_that_no_file_knows(members: Members) -> None:
    start(members, USER)
    master = members.master()
    assert members.cli(master, "SET", "key", "value") == "OK"
    assert members.cli(master, "WAIT", "2", "2000") == "2"
    status = Path(f"/proc/{members.running[master].pid}/status").read_text()
    assert f"Uid:\t{USER}\t" in status
    members.kill(master)
    until(lambda: members.master() not in ("", master))
    until(lambda: members.cli(members.master(), "GET", "key") == "value")
    members.start(master, shell=as_user(USER))
    until(lambda: ready(members, USER))
    for pod in (*REDIS, *SENTINELS):
        assert "ermission denied" not in members.log(pod)


def test_another_user_of_the_same_group_reads_what_the_first_one_wrote(members: Members) -> None:
    start(members, USER)
    assert members.cli(members.master(), "SET", "key", "value") == "OK"
    until(lambda: [members.cli(pod, "GET", "key") for pod in REDIS] == ["value"] * 3)
    time.sleep(1.2)  # appendfsync everysec
    members.kill(*PODS)
    opened(members.root)
    start(members, OTHER)
    assert [members.cli(pod, "GET", "key") for pod in REDIS] == ["value"] * 3


def test_a_start_that_may_not_read_its_volume_takes_it_for_no_empty_one_and_changes_nothing(
    members: Members,
) -> None:
    start(members, USER)
    assert members.cli(members.master(), "SET", "key", "value") == "OK"
    until(lambda: [members.cli(pod, "GET", "key") for pod in REDIS] == ["value"] * 3)
    time.sleep(1.2)
    members.kill(*PODS)
    before = contents(members)
    members.start(*PODS, shell=as_user(OTHER))
    until(lambda: all(f"user {OTHER} may not read " in members.log(pod) for pod in REDIS))
    time.sleep(5)
    assert not any("volume empty" in members.log(pod).rpartition("may not read")[2] for pod in REDIS)
    assert contents(members) == before
    opened(members.root)
    until(lambda: ready(members, OTHER))
    assert [members.cli(pod, "GET", "key") for pod in REDIS] == ["value"] * 3


def contents(members: Members) -> dict[Path, bytes]:
    """Every file of data on every volume."""
    files = [file for pod in REDIS for file in members.pods[pod].data.rglob("*")]
    return {file: file.read_bytes() for file in files if file.suffix in (".aof", ".rdb", ".manifest")}


CLOSED = {
    "redis.conf": 0o600,
    "dump.rdb": 0o600,
    "appendonlydir": 0o700,
    "appendonlydir/appendonly.aof.manifest": 0o600,
    "appendonlydir/appendonly.aof.1.incr.aof": 0o600,
    ".": 0o710,
}
LOOK = 'look_at_volume; printf "%s\\n" "$VOLUME" "$TROUBLE" "$REMEDY"; make_way && echo moved; find "$DATA_DIR" | sort'


@pytest.mark.parametrize("append_only", ["yes", "no"])
@pytest.mark.parametrize("closed", CLOSED)
def test_a_file_that_may_not_be_read_is_named_and_stays_where_it_is(
    members: Members, closed: str, append_only: str
) -> None:
    pod = members.pods["redis-0"]
    with (pod.config / "settings.sh").open("a") as settings:
        settings.write(f"APPEND_ONLY='{append_only}'\n")
    (pod.data / "appendonlydir").mkdir()
    for name in CLOSED:
        if not (pod.data / name).is_dir():
            (pod.data / name).write_text("something")
    opened(members.root)
    place = pod.data / closed
    place.chmod(CLOSED[closed])
    sourced = '. "$CONFIG_DIR/redis-volume.sh"; configuration() { cat "$1"; }; '
    looked = pod.call(sourced + LOOK, as_user(USER))
    volume, trouble, remedy, *after = looked.stdout.splitlines()
    assert volume == "unusable"
    assert f"user {USER} may not read {pod.data if closed == '.' else place} of user 0" in trouble
    assert f"chgrp -R 0 {pod.data}" in remedy
    assert "moved" not in after
    found = subprocess.run(["find", pod.data], capture_output=True, text=True, check=True).stdout
    assert sorted(found.split()) == sorted(
        [str(pod.data), *(str(pod.data / name) for name in CLOSED if name != ".")]
    )
