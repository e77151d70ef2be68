"""Kubectl: the only module that runs kubectl.

It returns output and exit code; `trouble` turns a failure into an error with a fix.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from redismanifests.errors import TIMED_OUT, ToolError
from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.live.trouble import NotFoundError, Refusal, quiet, refusals, trouble

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from redismanifests.core.object import Object

LIMIT_S = 30.0
"""Timeout of one kubectl call, in seconds. A busy API server needs two or three."""
_ENDED = re.compile(r"^command terminated with exit code \d+\n?", re.MULTILINE)
_REAP_LIMIT_S = 5.0
_LINE_LIMIT = 1 << 20


class Said(NamedTuple):
    """A completed kubectl command."""

    code: int
    output: str
    errors: str


class Listing(NamedTuple):
    """The listed objects, and the refused requests."""

    objects: tuple[Object, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Kubectl:
    """The program, with context and namespace; kubectl itself reads KUBECONFIG."""

    program: str
    namespace: str
    context: str = ""
    kubeconfig: str = ""

    @classmethod
    def found(cls, namespace: str, context: str = "", kubeconfig: str = "") -> Kubectl:
        """The first kubectl on PATH; raises ToolError if there is none."""
        program = shutil.which("kubectl")
        if program is None:
            raise ToolError(
                "kubectl is not on PATH, and it is the only way to a cluster",
                "install kubectl, or give --dump the files of `kubectl get -o yaml`",
            )
        return cls(program, namespace, context, kubeconfig)

    def argv(self, *arguments: str) -> tuple[str, ...]:
        """The whole command line."""
        chosen = {"--kubeconfig": self.kubeconfig, "--context": self.context, "--namespace": self.namespace}
        options = (f"{name}={value}" for name, value in chosen.items() if value)
        return (self.program, *options, *arguments)

    async def run(self, *arguments: str, text: str = "", limit_s: float = LIMIT_S) -> Said:
        """Run it to its end with ``text`` on standard input; it is killed at its limit, and on cancellation."""
        process = await self._started(*arguments, text=text)
        try:
            # Not wait_for: in Python 3.11 it loses a cancellation that arrives as the process ends.
            async with asyncio.timeout(limit_s):
                output, errors = await process.communicate(text.encode() or None)
        except TimeoutError:
            return Said(TIMED_OUT, "", f"kubectl {arguments[0]} did not end within {limit_s:g} s")
        finally:
            await _end(process)
        return Said(process.returncode or 0, output.decode(errors="replace"), errors.decode(errors="replace"))

    async def lines(self, *arguments: str, text: str = "") -> AsyncIterator[str]:
        """Run it and yield each printed line at once, including errors (`logs -f`, `exec`, `-w`)."""
        process = await self._started(*arguments, text=text, together=True)
        try:
            if process.stdin:
                process.stdin.write(text.encode())
                process.stdin.close()
            if process.stdout is None:
                raise AssertionError("stdout is a pipe")
            async for line in process.stdout:
                yield line.decode(errors="replace").rstrip("\n")
        finally:
            await _end(process)

    async def _started(
        self, *arguments: str, text: str = "", together: bool = False
    ) -> asyncio.subprocess.Process:
        starting = asyncio.create_task(
            asyncio.create_subprocess_exec(
                *self.argv(*arguments),
                stdin=asyncio.subprocess.PIPE if text else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT if together else asyncio.subprocess.PIPE,
                limit=_LINE_LIMIT,
                # We handle an interrupt of the terminal: it must not kill a kubectl that cleans up.
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # Cancelled halfway, it may run already.
            while not starting.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((starting,))
            if not starting.cancelled() and not starting.exception():
                await _end(starting.result())
            raise

    async def succeed(self, *arguments: str, text: str = "", limit_s: float = LIMIT_S) -> str:
        """Run it; raises the RedismanifestsError that `trouble` makes of kubectl's output if it fails."""
        said = await self.run(*arguments, text=text, limit_s=limit_s)
        if said.code:
            raise trouble(said.errors or said.output, self.context, self.namespace)
        return said.output

    async def listed(self, *resources: str, selector: str = "") -> Listing:
        """All objects of some resources (``statefulsets.apps``) in the namespace, in one call.

        Refused resources are returned as refused, with the objects of the others; raises ClusterError for other errors.
        """
        chosen = [f"--selector={selector}"] if selector else []
        said = await self.run("get", ",".join(resources), *chosen, "--output=json", "--show-managed-fields")
        refused = refusals(said.errors)
        if said.code and not refused:
            raise trouble(said.errors, self.context, self.namespace)
        return Listing(tuple(_items(said.output)), refused)

    async def get(self, resource: str, name: str) -> Object | None:
        """One object, or None; ``resource`` may be one of the cluster (``nodes``)."""
        said = await self.run("get", resource, name, "--output=json", "--show-managed-fields")
        if said.code:
            error = trouble(said.errors, self.context, self.namespace)
            if isinstance(error, NotFoundError):
                return None
            raise error
        return next(iter(_items(said.output)), None)

    async def secret_keys(self, name: str) -> tuple[str, ...] | None:
        """The names of a Secret's keys, or None; kubectl prints no values, so this process never has them."""
        keys = '{{range $key, $value := .data}}{{$key}}{{"\\n"}}{{end}}'
        said = await self.run("get", "secret", name, f"--output=go-template={keys}")
        if said.code:
            error = trouble(said.errors, self.context, self.namespace)
            if isinstance(error, NotFoundError):
                return None
            raise error
        return tuple(said.output.split())

    async def exec(
        self, pod: str, container: str, argv: Sequence[str], limit_s: float = LIMIT_S, text: str = ""
    ) -> Answer:
        """Run a command in a container. Does not raise for a deleted pod; raises ForbiddenError without permission."""
        stdin = ["--stdin"] if text else []
        said = await self.run(
            "exec", *stdin, pod, f"--container={container}", "--", *argv, text=text, limit_s=limit_s
        )
        if said.code and refusals(said.errors):
            raise trouble(said.errors, self.context, self.namespace)
        # Both outputs; after exit code 0 stderr has warnings only, such as about a password in the arguments.
        return Answer(
            said.code, said.output + _ENDED.sub("", quiet(said.errors)) if said.code else said.output
        )

    async def apply(self, *objects: Object, limit_s: float = LIMIT_S) -> str:
        """`kubectl apply` of objects."""
        return await self.succeed("apply", "--filename=-", text=as_list(objects), limit_s=limit_s)

    async def create(self, *objects: Object) -> str:
        """`kubectl create`: raises ConflictError if the object exists already."""
        return await self.succeed("create", "--filename=-", text=as_list(objects))

    async def replace(self, *objects: Object) -> str:
        """`kubectl replace`; raises ConflictError if the object's resourceVersion is not the newest."""
        return await self.succeed("replace", "--filename=-", text=as_list(objects))

    async def patch(self, resource: str, name: str, change: Mapping[str, Any]) -> str:
        """A merge patch."""
        return await self.succeed("patch", resource, name, "--type=merge", f"--patch={json.dumps(change)}")

    async def delete(
        self,
        resource: str,
        *names: str,
        grace_s: int | None = None,
        wait: bool = False,
        limit_s: float = LIMIT_S,
    ) -> str:
        """`kubectl delete`; ``grace_s`` 0 is a forced delete. A missing object is no error."""
        grace = [] if grace_s is None else [f"--grace-period={grace_s}"]
        force = ["--force"] if grace_s == 0 else []
        options = (*grace, *force, f"--wait={str(wait).lower()}", "--ignore-not-found")
        return await self.succeed("delete", resource, *names, *options, limit_s=limit_s)


def as_list(objects: Iterable[Object]) -> str:
    """Objects as one string for kubectl; JSON is valid YAML, and needs no quoting of ours."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


def _items(output: str) -> list[Object]:
    if not output.strip():
        return []
    found: dict[str, Any] = json.loads(output)
    items: list[Object] = found["items"] if found.get("kind", "").endswith("List") else [found]
    return items


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it, with all processes that it started (login plugins), and wait until it has ended.

    `asyncio.run` cancels once more what is still ending when the first cancellation has ended the caller.
    """
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    until = asyncio.get_running_loop().time() + _REAP_LIMIT_S
    again: asyncio.CancelledError | None = None
    while process.returncode is None:
        try:
            async with asyncio.timeout_at(until):
                await process.wait()
        except TimeoutError:
            break
        except asyncio.CancelledError as error:
            again = error
    if again:
        raise again
