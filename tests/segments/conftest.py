"""Segments under test: a real server that writes an append-only file, the script that ships it, and a store."""

from __future__ import annotations

import shutil
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from restore.conftest import ADDRESSES, ENGINES, Restore, Store, make_restore
from startup.conftest import Container, make_pod, require
from startup.engines import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

TEMPLATES = Path(__file__).parents[2] / "templates"
TIMESTAMPS = ("appendonly yes", "aof-timestamp-enabled yes", "auto-aof-rewrite-percentage 0")
MARKED = "marked-0f7c2e"


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y%m%dT%H%M%SZ")


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def until(done: Callable[[], object], seconds: float = 30) -> None:
    """Wait for it; an assertion fails if it does not come."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def next_second() -> int:
    """The second that has just begun."""
    time.sleep(1.02 - time.time() % 1)
    return int(time.time())


class Shipper:
    """A Redis pod with its sidecar: server, script, volume; everything it ships lies in ``store``."""

    def __init__(
        self, root: Path, store: Store, *, pod: str = "redis-0", engine: str = ENGINES[0],
        every: int = 2, role: str = "master", encrypted: bool = False,
    ) -> None:  # fmt: skip
        self.store, self.name, self.engine = store, pod, engine
        self.pod = make_pod(root, pod, ADDRESSES, settings={"SERVER": engine})
        for part in ("ship", "list"):
            shutil.copy(TEMPLATES / "segments" / f"{part}.sh", self.pod.config / f"segments-{part}.sh")
        shutil.copy(TEMPLATES / "backup" / "store.sh", self.pod.config)
        (self.pod.config / "segments-settings.sh").write_text(f"SEGMENT_SECONDS={every}\n")
        self.pod.env.update(RCLONE_CONFIG_STORE_TYPE="local", REMOTE=store.remote, POD_NAME=pod)
        if encrypted:
            self.pod.env.update(
                REMOTE="CRYPT:",
                BACKUP_PASSWORD="hunter2",
                RCLONE_CONFIG_CRYPT_TYPE="crypt",
                RCLONE_CONFIG_CRYPT_REMOTE=store.remote,
                RCLONE_CONFIG_CRYPT_FILENAME_ENCRYPTION="off",
                RCLONE_CONFIG_CRYPT_DIRECTORY_NAME_ENCRYPTION="false",
            )
        self.become(role)
        self.server = Server(engine, self.pod.data, *TIMESTAMPS)
        self.log = root / pod / "ship.log"
        self.process: Container | None = None

    def __enter__(self) -> Self:
        self.server.__enter__()
        until((self.pod.data / "appendonlydir" / "appendonly.aof.manifest").exists)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.server.__exit__()

    def become(self, role: str) -> None:
        line = "" if role == "master" else "replicaof 10.96.0.12 6379\n"
        (self.pod.data / "redis.conf").write_text(f"appendonly yes\n{line}")

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = Container(
                ["busybox", "sh", str(self.pod.config / "segments-ship.sh")], env=self.pod.env, stderr=log
            )

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def call(self, *command: str) -> str:
        return self.server.call(*command)

    def chains(self) -> list[str]:
        folder = self.store.folder / "shop" / "redis" / self.name
        return sorted(path.parent.name for path in folder.glob("*/manifest.json*"))

    def segments(self) -> list[Path]:
        folder = self.store.folder / "shop" / "redis" / self.name
        return sorted(folder.glob("*/0*"), key=lambda path: (path.parent.name, path.name))

    def reaches(self) -> str:
        """The newest moment until which it has shipped."""
        return max((path.name.split("-")[1] for path in self.segments()), default="")

    def wait_for(self, seconds: float) -> None:
        """Until what was written at that time is in the store."""
        until(lambda: self.reaches() >= stamp(seconds))

    def rewrite(self) -> None:
        self.call("BGREWRITEAOF")
        until(lambda: self.server.number("aof_rewrite_in_progress") == "0")


class Programs:
    """The server and its tools in one folder: wheels bring the server alone, which is all of them by its name."""

    def __init__(self, folder: Path, engine: str) -> None:
        name = Path(engine).name
        stem = name.removesuffix("-server")
        folder.mkdir()
        for tool in ("server", "cli", "check-rdb", "check-aof"):
            own = Path(engine).with_name(f"{stem}-{tool}")
            (folder / f"{stem}-{tool}").symlink_to(own if own.exists() else engine)
        self.server = str(folder / name)


def restore_at(root: Path, store: Store, seconds: float, *, engine: str = ENGINES[0]) -> Restore:
    """A new pod that restores a moment."""
    root.mkdir()
    return make_restore(root, store, wish=moment(seconds), engine=engine)


def keys_of(restore: Restore, engine: str = ENGINES[0]) -> set[str]:
    """What a server holds that starts with the restored dump."""
    with Server(engine, restore.data, "appendonly no") as server:
        return set(server.call("KEYS", "*").split())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    require("rclone", "busybox", "redis-check-aof", "redis-server")
    return Store(tmp_path / "store")


@pytest.fixture
def shipper(tmp_path: Path, store: Store) -> Iterator[Shipper]:
    with Shipper(tmp_path, store) as running:
        yield running


def listing(store: Store) -> list[str]:
    """Sizes and paths below the folder of segments, as rclone prints them."""
    folder = store.folder / "shop" / "redis"
    return [
        f"{path.stat().st_size} {path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()
    ]
