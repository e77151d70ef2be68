"""Machine: a set of namespaces (mounts, network, processes, host name) that ends with its first process.

Power can be cut: when the first process is killed, the kernel kills every other one and takes mounts and network
interfaces away.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# The shell stays as first process and reaps what loses its parent. The mark is opened before `prepare` may turn the
# root file system.
_STAY = "echo up >&3; exec 3>&-; sleep infinity & wait"
_NAMESPACES = ("mount", "net", "pid", "uts", "ipc")
_START_LIMIT_S = 20
_STOP_LIMIT_S = 30


class MachineFailed(Exception):
    """A machine did not start, or a command in it failed."""


@dataclass
class Machine:
    """One machine; ``folder`` holds what survives a power cut, and its logs."""

    name: str
    folder: Path
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pid"

    def start(self, prepare: str = ":", *arguments: str | Path, tied: bool = False) -> None:
        """Run the shell script ``prepare`` as first process, and keep that; ``tied``: die with the caller."""
        (self.folder / "log").mkdir(parents=True, exist_ok=True)
        up = self.folder / "up"
        up.unlink(missing_ok=True)
        script = f'set -e; hostname "$0"; ip link set lo up; exec 3>"$1"; shift\n{prepare}\n{_STAY}'
        holder = [
            *(("setpriv", "--pdeathsig", "KILL", "--") if tied else ()),
            *("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child=KILL"),
            *("--mount-proc", "--propagation", "private", "--", "sh", "-c", script, self.name),
        ]
        with (self.folder / "log" / "machine").open("wb") as log:
            process = subprocess.Popen(
                [*holder, *map(str, (up, *arguments))],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._children.append(process)
        deadline = time.monotonic() + _START_LIMIT_S
        while not (up.exists() and up.read_text()):
            if process.poll() is not None or time.monotonic() > deadline:
                raise MachineFailed(f"{self.name} did not start: {(self.folder / 'log/machine').read_text()}")
            time.sleep(0.02)
        self._pid_file.write_text(f"{process.pid} {_started(process.pid)}")

    @property
    def first_process(self) -> int | None:
        """Its first process as this side sees it; None when it is off."""
        holder = self._holder()
        if holder is None:
            return None
        try:
            children = Path(f"/proc/{holder}/task/{holder}/children").read_text().split()
        except FileNotFoundError:
            return None
        return int(children[0]) if children else None

    def _holder(self) -> int | None:
        try:
            pid, started = self._pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        # A number may have passed to a stranger since.
        return int(pid) if _started(int(pid)) == started else None

    def stop(self) -> None:
        """Cut the power; returns when all its processes are gone."""
        first, holder = self.first_process, self._holder()
        if holder is not None:
            os.kill(holder, signal.SIGKILL)
        deadline = time.monotonic() + _STOP_LIMIT_S
        while any(pid is not None and _lives(pid) for pid in (holder, first)):
            for child in self._children:
                child.poll()
            if time.monotonic() > deadline:
                raise MachineFailed(f"{self.name} does not end")
            time.sleep(0.02)
        for child in self._children:
            child.wait(_STOP_LIMIT_S)
        self._children.clear()
        self._pid_file.unlink(missing_ok=True)

    def entered(self, argv: Sequence[str | Path], namespaces: Sequence[str] = _NAMESPACES) -> list[str]:
        """The command line that runs ``argv`` in it."""
        first = self.first_process
        if first is None:
            raise MachineFailed(f"{self.name} is off")
        return [
            "nsenter",
            "--target",
            str(first),
            *(f"--{name}" for name in namespaces),
            "--",
            *map(str, argv),
        ]

    def run(self, *argv: str | Path, text: str = "", namespaces: Sequence[str] = _NAMESPACES) -> str:
        """Run a command to its end; what it printed."""
        command = self.entered(argv, namespaces)
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            raise MachineFailed(f"{self.name}: {' '.join(map(str, argv))}: {done.stderr or done.stdout}")
        return done.stdout

    def spawn(
        self, name: str, argv: Sequence[str | Path], *, inherit: Sequence[int] = (), **env: str
    ) -> None:
        """Start a program that runs as long as the machine does; its log is log/NAME."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        with (self.folder / "log" / name).open("ab") as log:
            self._children.append(
                subprocess.Popen(
                    self.entered(argv),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=inherit,
                    env={"PATH": path, "HOME": "/", **env},
                )
            )


def _started(pid: int) -> str:
    """When the process of that number began, in ticks since boot; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
