"""Servers and Sentinels as plain processes on this machine: what rules say of Redis, seen of Redis itself."""

from __future__ import annotations

import signal
import socket
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from patience import sooner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Process:
    """A server with a folder, a port and a log of its own."""

    def __init__(
        self, folder: Path, program: str, lines: tuple[str, ...], prefix: tuple[str, ...] = ()
    ) -> None:
        self.port = free_port()
        self.folder = folder / f"{program}-{self.port}"
        self.folder.mkdir()
        self.file = self.folder / "server.conf"
        own = (f"port {self.port}", f"dir {self.folder}", "bind 127.0.0.1")
        self.file.write_text("\n".join((*own, *lines)) + "\n", encoding="utf-8")
        self.command = [*prefix, program, str(self.file)]
        self.start()

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.popen = subprocess.Popen(self.command, stdout=log, stderr=log)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def cli(self, *words: str, stdin: str | None = None) -> str:
        """What redis-cli prints; nothing where no answer comes."""
        command = ["redis-cli", "-p", str(self.port), *words]
        patience = 3 if stdin is None else 60
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, input=stdin, timeout=patience
            )
        except subprocess.TimeoutExpired:
            return ""
        return (done.stdout + done.stderr).strip()

    def field(self, section: str, name: str) -> str:
        lines = (line.partition(":") for line in self.cli("INFO", section).splitlines())
        return next((value.strip() for key, _, value in lines if key == name), "")

    def answers(self) -> bool:
        return self.cli("PING") == "PONG"

    def write(self, count: int, size: int, name: str = "key") -> str:
        value = "x" * size
        return self.cli(stdin="".join(f"SET {name}:{number} {value}\n" for number in range(count)))

    def stop(self) -> None:
        self.popen.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.popen.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.popen.kill()
        self.popen.wait()


class Machine:
    """Starts processes, and ends them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[Process] = []

    def _kept(self, process: Process) -> Process:
        self.processes.append(process)
        return process

    def server(self, *lines: str, prefix: tuple[str, ...] = ()) -> Process:
        """A Redis that answers; nothing is saved where no line says so."""
        process = self._kept(Process(self.folder, "redis-server", ('save ""', *lines), prefix))
        within(20, process.answers)
        return process

    def replica(self, master: Process, *lines: str) -> Process:
        """A replica in step with its master."""
        process = self.server(f"replicaof 127.0.0.1 {master.port}", *lines)
        within(30, lambda: process.field("replication", "master_link_status") == "up")
        return process

    def ended(self, *lines: str) -> Process:
        """A Redis that is over when this returns: it ended by itself."""
        process = self._kept(Process(self.folder, "redis-server", lines))
        within(20, lambda: process.popen.poll() is not None)
        return process

    def sentinels(self, count: int, quorum: int, master: Process, *lines: str) -> list[Process]:
        """Sentinels that know each other, and the replicas that their master has."""
        own = (
            f"sentinel monitor m 127.0.0.1 {master.port} {quorum}",
            *(line.replace("MASTER", "m") for line in lines),
        )
        made = [self._kept(Process(self.folder, "redis-sentinel", own)) for _ in range(count)]
        within(
            40, lambda: all(each.known("num-other-sentinels") == str(count - 1) for each in map(Watch, made))
        )
        return made

    def end(self) -> None:
        for process in self.processes:
            process.kill()


class Watch:
    """What a Sentinel says of its master."""

    def __init__(self, sentinel: Process) -> None:
        self.sentinel = sentinel

    def known(self, name: str) -> str:
        words = self.sentinel.cli("SENTINEL", "MASTER", "m").splitlines()
        pairs = dict(zip(words[::2], words[1::2], strict=False))
        return pairs.get(name, "")


def within(seconds: float, true: Callable[[], object]) -> None:
    """Wait until it is so; fail when it is not."""
    assert sooner(seconds, true), f"not within {seconds} s"
