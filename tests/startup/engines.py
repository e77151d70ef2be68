"""Real servers for files: those on this machine, one that writes a volume, and what lies on it afterwards."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

_CACHE = Path.home() / ".cache" / "redismanifests"


def engines() -> Iterator[str]:
    """Every server here: the first on PATH, and those that tools/fetch_engines.py fetches."""
    found = shutil.which("redis-server")
    if found:
        yield found
    yield from map(str, sorted(_CACHE.glob("engines-*/bin/*-server")))


def lines() -> dict[str, str]:
    """A server of each line of versions that is here, those out of wheels among them: ``redis-8.2`` and its path."""
    found = {}
    for program in (*engines(), *map(str, sorted(_CACHE.glob("wheels-*/bin/*-server")))):
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        version = re.search(r"v=([0-9]+\.[0-9]+)", told)
        if version:
            found[f"{Path(program).name.removesuffix('-server')}-{version[1]}"] = program
    return found


def free_port() -> int:
    """A port of this machine that no one listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """A server on a data directory, reached by a socket only."""

    def __init__(self, program: str, data: Path, *lines: str, socket: Path | None = None) -> None:
        self.socket = socket or data.parent / f"{data.name}.sock"
        self.cli = program.removesuffix("-server") + "-cli"
        conf = f"port 0\nunixsocket {self.socket}\ndir {data}\nsave ''\nenable-debug-command yes\n"
        self.process = subprocess.Popen(
            [program, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdin
        self.process.stdin.write("\n".join((conf, *lines, "")))
        self.process.stdin.close()

    def __enter__(self) -> Self:
        until = time.monotonic() + 20
        while self.call("PING") != "PONG":
            assert self.process.poll() is None and time.monotonic() < until, self.process.stdout.read()  # type: ignore[union-attr]
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]

    def call(self, *command: str) -> str:
        done = subprocess.run(
            [self.cli, "-s", self.socket, *command], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def number(self, field: str) -> str:
        """A field of INFO."""
        return next(
            (
                line.partition(":")[2]
                for line in self.call("INFO").splitlines()
                if line.startswith(f"{field}:")
            ),
            "",
        )

    def content(self) -> tuple[int, str]:
        """How many keys there are, and the digest of all of them."""
        return int(self.call("DBSIZE")), self.call("DEBUG", "DIGEST")
