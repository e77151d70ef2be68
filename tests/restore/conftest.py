"""Restores under test: a store with backups by a real rclone, and a pod whose init containers are run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from startup.conftest import REDIS, SENTINELS, Pod, make_pod, require
from startup.engines import Server, engines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SCRIPTS = Path(__file__).parents[2] / "templates" / "restore"
ENGINES = tuple(engines())
ADDRESSES = {pod: f"10.96.0.{i + 10}" for i, pod in enumerate((*REDIS, *SENTINELS))}
OLD, NEW = "20261129T030000Z-0123abcd", "20261130T030000Z-4567cdef"
KEYS = 300


def version_of(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"v=([0-9.]+)", told)[1]  # type: ignore[index]


@dataclass(frozen=True)
class Store:
    """A folder as an object store, below which the backups of shop/redis lie."""

    folder: Path

    @property
    def remote(self) -> str:
        return f"STORE:{self.folder}/shop/redis"

    def put(self, backup: str, dump: bytes, program: str = ENGINES[0], **fields: object) -> dict[str, object]:
        """A backup as the CronJob leaves it; returns its manifest."""
        manifest = (
            {
                "format": 1,
                "id": backup,
                "namespace": "shop",
                "name": "redis",
                "profileDigest": "0" * 64,
                "engine": Path(program).name.removesuffix("-server"),
                "version": version_of(program),
                "rdbVersion": int(re.search(rb"^[A-Z]+(\d+)", dump[:9])[1]),  # type: ignore[index]
                "replicationId": backup[-8:] * 5,
                "offset": 200,
                "startOffset": 100,
                "time": "2026-11-30T03:00:00Z",
                "keys": KEYS,
                "databases": {"0": KEYS},
                "functions": 0,
                "usedMemory": 2_000_000,
                "size": len(dump),
                "sha256": hashlib.sha256(dump).hexdigest(),
                "readableBy": ["redis-7.0", "redis-8.2"],
            }
            | fields
        )
        folder = self.folder / "shop" / "redis" / backup
        folder.mkdir(parents=True)
        (folder / "dump.rdb").write_bytes(dump)
        lines = ",\n".join(f'"{key}": {json.dumps(value)}' for key, value in manifest.items())
        (folder / "manifest.json").write_text("{\n" + lines + "\n}\n")
        return manifest


@dataclass(frozen=True)
class Restore:
    """A pod with restore.from: its volume, its scratch folder, and what its init containers do."""

    pod: Pod
    scratch: Path

    @property
    def data(self) -> Path:
        return self.pod.data

    def run(self, part: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of the scripts, which ends."""
        shell = ("busybox", "sh") if part == "fetch" else ("dash",)
        return subprocess.run(
            [*shell, str(self.pod.config / f"restore-{part}.sh"), *arguments],
            env=self.pod.env, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def both(self) -> None:
        for part in ("fetch", "place"):
            done = self.run(part)
            assert done.returncode == 0, done.stderr

    def fetched(self) -> Path:
        """The scratch folder, with a backup in it."""
        done = self.run("fetch")
        assert done.returncode == 0, done.stderr
        return self.scratch

    def refused(self, part: str) -> str:
        """What it says for help, and that it waits then."""
        shell = ("busybox", "sh") if part == "fetch" else ("dash",)
        with subprocess.Popen(
            [*shell, str(self.pod.config / f"restore-{part}.sh")],
            env=self.pod.env, stderr=subprocess.PIPE, text=True, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                assert process.stderr
                said = next((line for line in process.stderr if " help: " in line), "")
                time.sleep(0.2)
                assert process.poll() is None
            finally:
                os.killpg(process.pid, signal.SIGKILL)
        return said


def make_restore(
    root: Path,
    store: Store,
    *,
    wish: str = "newest",
    pod: str = "redis-0",
    engine: str = ENGINES[0],
    append_only: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Restore:
    chosen = {"SERVER": engine, "APPEND_ONLY": "yes" if append_only else "no"}
    template = f"appendonly {chosen['APPEND_ONLY']}\nsave 3600 1\nport 6379\n"
    made = make_pod(root, pod, ADDRESSES, template=template, settings=chosen)
    for script in SCRIPTS.glob("*.sh"):
        name = "redis-decide.sh" if script.name == "decide.sh" else f"restore-{script.name}"
        if name == "redis-decide.sh":
            shutil.move(made.config / name, made.config / "redis-decide-members.sh")
        shutil.copy(script, made.config / name)
    scratch = root / pod / "scratch"
    scratch.mkdir()
    own = {
        "RESTORE_ID": wish,
        "SCRATCH": str(scratch),
        "MAX_MEMORY": "0",
        "EVICTS": "no",
        "REFUSED_VERSIONS": "",
    } | dict(settings or {})
    (made.config / "restore-settings.sh").write_text("".join(f"{k}='{v}'\n" for k, v in own.items()))
    shutil.copy(SCRIPTS.parent / "backup" / "store.sh", made.config)
    shutil.copy(SCRIPTS.parent / "segments" / "list.sh", made.config / "segments-list.sh")
    made.env.update(RCLONE_CONFIG_STORE_TYPE="local", REMOTE=store.remote)
    return Restore(made, scratch)


def tree(folder: Path) -> dict[str, str]:
    """Every path below, with its kind, its content and its last change."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        what = (
            path.read_bytes().hex() if path.is_file() else path.readlink().name if path.is_symlink() else ""
        )
        found[str(path.relative_to(folder))] = f"{status.st_mode:o} {status.st_mtime_ns} {what}"
    return found


def content(folder: Path) -> dict[str, str]:
    """The same without times."""
    return {path: text.split(" ")[0] + text.split(" ")[2] for path, text in tree(folder).items()}


def dump_of(engine: str, folder: Path, commands: Iterable[Sequence[str]] = ()) -> bytes:
    """A dump with so many keys, one of them with a time to live, and a stream, written by a real server."""
    folder.mkdir()
    with Server(engine, folder, "appendonly no") as server:
        server.call("EVAL", f"for i=1,{KEYS - 2} do redis.call('set','k'..i,'v'..i) end", "0")
        server.call("SET", "mortal", "1", "EX", "100000")
        server.call("XADD", "stream", "1-1", "field", "value")
        for command in commands:
            server.call(*command)
        assert server.call("SAVE") == "OK"
    return (folder / "dump.rdb").read_bytes()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    require("rclone", "busybox", "redis-check-rdb")
    return Store(tmp_path / "store")


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    require("redis-server")
    return dump_of(ENGINES[0], tmp_path_factory.mktemp("dump") / "server")


def make_drill(root: Path, store: Store, engine: str = ENGINES[0]) -> Restore:
    """The pod of a restore drill: a scratch folder, and no volume."""
    drill = make_restore(root, store, engine=engine)
    settings = (SCRIPTS / "drill-settings.sh").read_text().replace("/scratch", str(drill.scratch))
    (drill.pod.config / "restore-settings.sh").write_text(settings)
    return drill
