"""Moves under test: a deployment of six members on loopback addresses, and an old side outside of it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from redismanifests.core.sources.source import source_from_text
from redismanifests.profile.form import profile_from
from redismanifests.prove.moving.cut import UnfinishedError
from startup.conftest import REDIS, SENTINELS, Pod, require
from startup.test_processes import Members, is_redis, range_of_its_own, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redismanifests.profile.model import Profile

TEMPLATES = Path(__file__).parents[2] / "templates"
OLD_PASSWORD = 'old "pass\\word'
"""Of the other side: no rule of ours holds for it."""
PASSWORD = "secret"
NOWHERE = "192.0.2.1"
REFUSED = "NOREPLICAS"
OUT_OF_TIME = "out of time, before the promotion"
T = TypeVar("T")
FILES = {
    "outside.sh": "migration.sh",
    "migrate.sh": "migrate.sh",
    "decide.sh": "redis-decide.sh",
    "logins.sh": "logins.sh",
    "sentinel-decide.sh": "sentinel-decide.sh",
    "sentinel-alive.sh": "sentinel-alive.sh",
}
"""Scripts of a move -> their names in a ConfigMap (profile/derived/backup/migration.py)."""


class OldSide:
    """A master outside of the deployment; its replica and its Sentinel where they are wanted."""

    def __init__(
        self,
        root: Path,
        *,
        password: str = "",
        program: str = "redis-server",
        user: str = "",
        lines: tuple[str, ...] = (),
    ) -> None:
        """``user`` is the account of the move, ``lines`` are more of the master's configuration."""
        self.root, self.password, self.program = root, password, program
        self.user, self.lines = user, lines
        self.host = f"{range_of_its_own()}.101"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start_master()

    def start_master(self) -> None:
        self.run("master", self.host, 7000, *self.lines)
        until(lambda: self.cli("PING") == "PONG")

    def run(self, name: str, host: str, port: int, *lines: str, sentinel: bool = False) -> None:
        folder = self.root / f"old-{name}"
        folder.mkdir(exist_ok=True)
        secret = (f"requirepass {_quoted(self.password)}", f"masterauth {_quoted(self.password)}")
        usual = (
            f"port {port}",
            f"bind {host}",
            "protected-mode no",
            f"dir {folder}",
            *([] if sentinel else ('save ""', "repl-diskless-sync-delay 0")),
            *(secret if self.password and not sentinel else ()),
        )
        (folder / "conf").write_text("\n".join((*usual, *lines, "")))
        with (folder / "log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [self.program, str(folder / "conf"), *(["--sentinel"] if sentinel else [])],
                    stdout=log,
                    stderr=log,
                )
            )

    def watched(self, down_after_ms: int = 5000) -> None:
        """A replica and a Sentinel that may fail over by itself."""
        base = range_of_its_own()
        announced = f"replica-announce-ip {base}.102"
        self.run("replica", f"{base}.102", 7000, f"replicaof {self.host} 7000", announced)
        self.run(
            "sentinel",
            f"{base}.103",
            27000,
            f"sentinel monitor mymaster {self.host} 7000 1",
            f"sentinel down-after-milliseconds mymaster {down_after_ms}",
            "sentinel failover-timeout mymaster 3000",
            sentinel=True,
        )

    def sentinel(self, *command: str) -> str:
        return _cli(f"{range_of_its_own()}.103", 27000, *command)

    def cli(self, *command: str) -> str:
        return _cli(self.host, 7000, *command, password=self.password)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()


class Move(Members):
    """Six members with `migration.from`."""

    def __init__(self, root: Path, old: OldSide, *, login: bool = False, program: str = "") -> None:
        """``program`` is the server of the new side; the one on PATH without it."""
        self.old, self.login, self.program = old, login, program
        super().__init__(root)

    def make(self, pod: str) -> Pod:
        made = super().make(pod)
        config = made.config
        ours = {**FILES} if self.login else {k: v for k, v in FILES.items() if k != "logins.sh"}
        if self.login:
            shutil.copy(TEMPLATES / "auth" / "logins.sh", config)
            self._log_in(made)
        for source, name in ours.items():
            if source.startswith("sentinel") == is_redis(pod) or (name == "logins.sh" and not is_redis(pod)):
                continue
            if (config / name).exists():
                shutil.move(config / name, config / name.replace(".sh", "-members.sh"))
            shutil.copy(TEMPLATES / "migration" / source, config / name)
        secret = self.root / pod / "old-password"
        secret.write_text(f"{self.old.password}\n")
        settings = {
            "OLD_HOST": self.old.host,
            "OLD_PORT": "7000",
            "OLD_USER": self.old.user,
            "OLD_PASSWORD": str(secret) if self.old.password else "",
        }
        _assign(config / "migration-settings.sh", settings)
        if self.program:
            client = f"{self.program.removesuffix('-server')}-cli"
            with (config / "settings.sh").open("a") as file:
                file.write(f"SERVER='{self.program}'\nCLI='{client}'\n")
        return made

    def _log_in(self, pod: Pod) -> None:
        secret, logins = pod.config.parent / "auth", pod.config.parent / "login"
        secret.mkdir()
        logins.mkdir()
        (secret / "default").write_text(PASSWORD)
        users = dict.fromkeys(
            (
                "ASK_USER",
                "ACT_USER",
                "CLI_USER",
                "REPLICATION_USER",
                "SENTINEL_USER",
                "PEER_USER",
                "EXPORTER_USER",
            ),
            "default",
        )
        with (pod.config / "settings.sh").open("a") as file:
            file.write(f"AUTH_DIR='{secret}'\nLOGIN_DIR='{logins}'\nSECRET_NAME='redis-auth'\n")
            file.writelines(f"{key}='{value}'\n" for key, value in users.items())
        rights = "user default on resetchannels ~* &* +@all\n"
        with (pod.config / "redis.conf").open("a") as file:
            file.write(f"{rights}masteruser default\n")
        with (pod.config / "sentinel.conf").open("a") as file:
            file.write(f"{rights}sentinel sentinel-user default\nsentinel auth-user mymaster default\n")

    def cli(self, pod: str, *command: str) -> str:
        port = 6379 if is_redis(pod) else 26379
        return _cli(self.addresses[pod], port, *command, password=PASSWORD if self.login else "")

    def info(self, pod: str, field: str) -> str:
        lines = self.cli(pod, "INFO").replace("\r", "").splitlines()
        return next((line.partition(":")[2] for line in lines if line.startswith(f"{field}:")), "")

    def step(self, *arguments: str) -> str:
        """A verb of migrate.sh, in the first pod."""
        done = subprocess.run(
            ["dash", str(self.pods["redis-0"].config / "migrate.sh"), *arguments],
            env=self.pods["redis-0"].env, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def all_follow(self) -> bool:
        """The first pod has the old master's data, and the others have the first one's."""
        return (
            all(self.info(pod, "master_link_status") == "up" for pod in REDIS)
            and self.info("redis-0", "master_host") == self.old.host
        )

    def started(self) -> None:
        self.start(*REDIS, *SENTINELS)
        until(self.all_follow)


class Application:
    """Writes to the old master, and where that refuses, to whom the new Sentinels name."""

    def __init__(self, move: Move) -> None:
        self.move = move
        self.acknowledged: list[str] = []
        self.longest_s = 0.0
        self.moved = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Application:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        where, number, last = (self.move.old.host, 7000), 0, time.monotonic()
        connection = None
        while not self._stop.is_set():
            try:
                connection = connection or _connection(*where, self._password(where))
                key = f"key:{number}"
                connection.sendall(f"SET {key} {number}\r\n".encode())
                reply = connection.recv(200)
            except OSError:
                connection, reply = None, b""
            if reply.startswith(b"+OK"):
                self.acknowledged.append(key)
                now = time.monotonic()
                self.longest_s, last = max(self.longest_s, now - last), now
                self.moved = where[1] != 7000
                number += 1
                time.sleep(0.001)
                continue
            if connection:
                connection.close()
            connection = None
            number += 1
            master = self.move.cli(SENTINELS[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster").split(
                "\n"
            )[0]
            where = (master, 6379) if master.startswith("127.") else (self.move.old.host, 7000)
            time.sleep(0.02)

    def _password(self, where: tuple[str, int]) -> str:
        return self.move.old.password if where[1] == 7000 else PASSWORD if self.move.login else ""

    def lost(self) -> list[str]:
        """Acknowledged writes that the new side does not have."""
        keys = set(self.move.cli("redis-0", "KEYS", "key:*").split("\n"))
        return [key for key in self.acknowledged if key not in keys]


def _connection(host: str, port: int, password: str) -> socket.socket:
    made = socket.create_connection((host, port), timeout=20)
    if password:
        words = [b"AUTH", password.encode()]
        made.sendall(b"*2\r\n" + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        made.recv(100)
    return made


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _assign(path: Path, settings: dict[str, str]) -> None:
    path.write_text("".join(f"{key}='{value}'\n" for key, value in settings.items()))


def _cli(host: str, port: int, *command: str, password: str = "") -> str:
    login = ("--no-auth-warning", "-a", password) if password else ()
    return subprocess.run(
        ["redis-cli", "-h", host, "-p", str(port), *login, *command],
        capture_output=True, text=True, check=False, timeout=10,
    ).stdout.strip()  # fmt: skip


@pytest.fixture
def old(tmp_path: Path) -> Iterator[OldSide]:
    require("redis-server", "redis-cli", "timeout", "getent", "dash")
    side = OldSide(tmp_path)
    yield side
    side.end()


@pytest.fixture
def move(tmp_path: Path, old: OldSide) -> Iterator[Move]:
    made = Move(tmp_path, old)
    yield made
    ended(made)


def ended(move: Move) -> None:
    for pod in (*REDIS, *SENTINELS):
        with suppress(FileNotFoundError):
            print(f"--- {pod}\n{move.log(pod)}")
    move.kill(*move.running)


class LocalPod:
    """The first pod, as `migrate` runs the verbs in it."""

    def __init__(self, move: Move) -> None:
        self.move = move

    def run(self, *arguments: str, limit_s: float = 30) -> str:
        del limit_s
        return self.move.step(*arguments)


def profile_text(move: Move) -> str:
    """The profile that a deployment of this kind has."""
    return f"name: redis\nnamespace: shop\nmigration: {{from: {{host: {move.old.host}, port: 7000}}}}\n"


def profile_of(move: Move) -> Profile:
    """The same, read."""
    return profile_from(source_from_text("profile.yaml", profile_text(move)))


def in_time(move: Move, cut: Callable[[], T]) -> T:
    """A cut, again where the machine was too slow for it: it is given up before the promotion, the old side goes on."""
    for _ in range(2):
        try:
            return cut()
        except UnfinishedError as error:
            if OUT_OF_TIME not in error.fact:
                raise
            assert move.old.cli("SET", "goes on", "1") == "OK"
    return cut()


def silent(text: str) -> None:
    """Who prints nothing of the steps."""
    del text
