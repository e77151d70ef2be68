"""Container: one process tree with a root, a process 1, and a log, as a container runtime runs it.

Why: start, exec, signal and the log are what the kubelet asks of a runtime. The log is a pipe owned by the container's
user, so that hooks can write to ``/proc/1/fd/2`` as in a cluster.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.prove.toycluster.linux.namespace import (
    Credentials,
    carried,
    container_command,
    in_container,
    only_child,
    own,
    server_below,
    tree,
)
from redismanifests.prove.toycluster.linux.process import Completed, completed
from redismanifests.prove.toycluster.pods.rootfs import STARTED, Mount, entry_script

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping, Sequence

_LINE_LIMIT = 1 << 20
_START_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """Everything that starts one container; the same value starts it again after a crash."""

    name: str
    sandbox: int
    root: Path
    mounts: tuple[Mount, ...]
    command: tuple[str, ...]
    environment: Mapping[str, str]
    credentials: Credentials
    working_folder: str
    read_only: bool
    log: Path


class Container:
    """A container that runs, or ran."""

    def __init__(
        self, spec: ContainerSpec, process: asyncio.subprocess.Process, log: asyncio.StreamReader
    ) -> None:
        """Use :meth:`start`."""
        self.spec = spec
        self.first_process = 0
        self.problem = ""
        self.last_line = ""
        self._process = process
        self._up = asyncio.Event()
        self._log = asyncio.create_task(self._keep_log(log))

    @classmethod
    async def start(cls, spec: ContainerSpec) -> Container:
        """Start it; answers when its own program is about to run, or when that failed."""
        command = spec.credentials.command(spec.command, spec.environment)
        script = entry_script(
            spec.root, spec.mounts, command, read_only=spec.read_only, folder=spec.working_folder
        )
        reading, writing = os.pipe()
        # The runtime hands the pipe to the container's user; else /proc/1/fd/2 could not be opened by it.
        own(Path(f"/proc/self/fd/{writing}"), spec.credentials.uid, spec.credentials.gid)
        try:
            process = await asyncio.create_subprocess_exec(
                *container_command(spec.sandbox, script),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                env=carried(spec.environment),
                start_new_session=True,
            )
        finally:
            os.close(writing)
        reader = asyncio.StreamReader(limit=_LINE_LIMIT)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb", buffering=0)
        )
        container = cls(spec, process, reader)
        async with asyncio.timeout(_START_LIMIT_S):
            await container._up.wait()
        container.first_process = only_child(process.pid) or 0
        return container

    async def _keep_log(self, reader: asyncio.StreamReader) -> None:
        with self.spec.log.open("a", encoding="utf-8") as file:
            while line := await reader.readline():
                text = line.decode(errors="replace").rstrip("\n")
                if text == STARTED:
                    self._up.set()
                    continue
                if not self._up.is_set():
                    self.problem += text
                self.last_line = text
                now = steady_now()
                stamp = time.strftime("%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}"
                file.write(f"{stamp} {text}\n")
                file.flush()
        self._up.set()

    async def wait(self) -> int:
        """The exit code, 128 + n after signal n; the log is complete when this answers."""
        code = await self._process.wait()
        await self._log
        return code

    def running(self) -> bool:
        """Whether its process 1 is still there."""
        return self._process.returncode is None

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to its process 1."""
        if self.running() and self.first_process:
            with suppress(ProcessLookupError):
                os.kill(self.first_process, number)

    def signal_server(self, number: signal.Signals) -> None:
        """Send a signal to its server, which may be a child of its process 1."""
        if self.running() and self.first_process:
            with suppress(ProcessLookupError):
                os.kill(server_below(self.first_process), number)

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to everything in it, as a freezer of the node does with SIGSTOP."""
        if self.running() and self.first_process:
            for process in tree(self.first_process):
                with suppress(ProcessLookupError):
                    os.kill(process, number)

    async def exec(
        self, argv: Sequence[str], limit_s: float, variables: Mapping[str, str] | None = None
    ) -> Completed:
        """Run a command in it under its user and variables, and these."""
        environment = {**self.spec.environment, **(variables or {})}
        command = in_container(self.first_process, self.spec.credentials.command(argv, environment))
        return await completed(command, environment=carried(environment), limit_s=limit_s)
