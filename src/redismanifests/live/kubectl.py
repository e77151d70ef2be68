"""Kubectl: the one door to a cluster; nothing else of this package runs it.

It says what was run and how it ended; a person reads what is wrong in `trouble`. What must not come in: Redis, probes.
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

from redismanifests.errors import ToolError
from redismanifests.live.trouble import NotFoundError, Refusal, quiet, refusals, trouble
from redismanifests.probes.askable import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from redismanifests.probes.askable import Object

LIMIT_S = 30.0
"""One question to an API server: what takes longer is no answer. A busy one needs two or three seconds."""
TIMED_OUT = 124
"""The code of what was stopped at its limit, like timeout(1)."""
_ENDED = re.compile(r"^command terminated with exit code \d+\n?", re.MULTILINE)
_REAP_LIMIT_S = 5.0
_LINE_LIMIT = 1 << 20


class Said(NamedTuple):
    """How a kubectl ended."""

    code: int
    output: str
    errors: str


class Listing(NamedTuple):
    """What was there, and which questions were refused."""

    objects: tuple[Object, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Kubectl:
    """The program, and which cluster and namespace it speaks of; KUBECONFIG is read by kubectl itself."""

    program: str
    namespace: str
    context: str = ""
    kubeconfig: str = ""

    @classmethod
    def found(cls, namespace: str, context: str = "", kubeconfig: str = "") -> Kubectl:
        """The first on PATH; raises ToolError where there is none."""
        program = shutil.which("kubectl")
        if program is None:
            raise ToolError(
                "kubectl is not on PATH, and a cluster is asked through nothing else",
                "install kubectl, or give --dump the files of `kubectl get -o yaml`",
            )
        return cls(program, namespace, context, kubeconfig)

    def argv(self, *arguments: str) -> tuple[str, ...]:
        """The whole command line."""
        chosen = {"--kubeconfig": self.kubeconfig, "--context": self.context, "--namespace": self.namespace}
        options = (f"{name}={value}" for name, value in chosen.items() if value)
        return (self.program, *options, *arguments)

    async def run(self, *arguments: str, text: str = "", limit_s: float = LIMIT_S) -> Said:
        """Run it to its end with ``text`` on its standard input; it is killed at its limit, and when nobody waits."""
        process = await self._started(*arguments, text=text)
        try:
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes when it ends.
            async with asyncio.timeout(limit_s):
                output, errors = await process.communicate(text.encode() or None)
        except TimeoutError:
            return Said(TIMED_OUT, "", f"kubectl {arguments[0]} did not end within {limit_s:g} s")
        finally:
            await _end(process)
        return Said(process.returncode or 0, output.decode(errors="replace"), errors.decode(errors="replace"))

    async def lines(self, *arguments: str, text: str = "") -> AsyncIterator[str]:
        """Run it and hand on each line that it prints, errors among them, as it comes (`logs -f`, `exec`, `-w`)."""
        process = await self._started(*arguments, text=text, together=True)
        try:
            if process.stdin:
                process.stdin.write(text.encode())
                process.stdin.close()
            if process.stdout is None:
                raise AssertionError("it was asked for")
            async for line in process.stdout:
                yield line.decode(errors="replace").rstrip("\n")
        finally:
            await _end(process)

    async def _started(
        self, *arguments: str, text: str = "", together: bool = False
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.argv(*arguments),
            stdin=asyncio.subprocess.PIPE if text else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT if together else asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT,
            # An interrupt at the terminal is ours to handle: what cleans up must not be killed by it.
            start_new_session=True,
        )

    async def succeed(self, *arguments: str, text: str = "", limit_s: float = LIMIT_S) -> str:
        """Run what must not fail; raises the RedismanifestsError that `trouble` makes of kubectl's words."""
        said = await self.run(*arguments, text=text, limit_s=limit_s)
        if said.code:
            raise trouble(said.errors or said.output, self.context, self.namespace)
        return said.output

    async def listed(self, *resources: str, selector: str = "") -> Listing:
        """All objects of some resources (``statefulsets.apps``) in the namespace, in one call.

        What may not be listed is told, and the rest is answered; raises ClusterError for any other trouble.
        """
        chosen = [f"--selector={selector}"] if selector else []
        said = await self.run("get", ",".join(resources), *chosen, "--output=json", "--show-managed-fields")
        refused = refusals(said.errors)
        if said.code and not refused:
            raise trouble(said.errors, self.context, self.namespace)
        return Listing(tuple(_items(said.output)), refused)

    async def get(self, resource: str, name: str) -> Object | None:
        """One object, None where there is none; ``resource`` may belong to no namespace (``nodes``)."""
        said = await self.run("get", resource, name, "--output=json", "--show-managed-fields")
        if said.code:
            error = trouble(said.errors, self.context, self.namespace)
            if isinstance(error, NotFoundError):
                return None
            raise error
        return next(iter(_items(said.output)), None)

    async def exec(
        self, pod: str, container: str, argv: Sequence[str], limit_s: float = LIMIT_S, text: str = ""
    ) -> Answer:
        """Run a command in a container. Never raises for a pod that is gone; raises ForbiddenError where it may not."""
        stdin = ["--stdin"] if text else []
        said = await self.run(
            "exec", *stdin, pod, f"--container={container}", "--", *argv, text=text, limit_s=limit_s
        )
        if said.code and refusals(said.errors):
            raise trouble(said.errors, self.context, self.namespace)
        # What the command printed on both; where it ended well its errors are warnings, as of a password in its words.
        return Answer(
            said.code, said.output + _ENDED.sub("", quiet(said.errors)) if said.code else said.output
        )

    async def apply(self, *objects: Object, limit_s: float = LIMIT_S) -> str:
        """`kubectl apply` of objects."""
        return await self.succeed("apply", "--filename=-", text=as_list(objects), limit_s=limit_s)

    async def create(self, *objects: Object) -> str:
        """`kubectl create`: raises ConflictError where one is there already."""
        return await self.succeed("create", "--filename=-", text=as_list(objects))

    async def replace(self, *objects: Object) -> str:
        """`kubectl replace`; an object with a resourceVersion that is no longer the newest raises ConflictError."""
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
        """`kubectl delete`; ``grace_s`` 0 is a forced delete. What is gone already is no error."""
        grace = [] if grace_s is None else [f"--grace-period={grace_s}"]
        force = ["--force"] if grace_s == 0 else []
        options = (*grace, *force, f"--wait={str(wait).lower()}", "--ignore-not-found")
        return await self.succeed("delete", resource, *names, *options, limit_s=limit_s)


def as_list(objects: Iterable[Object]) -> str:
    """Objects as one text for kubectl; JSON is YAML, and needs no quoting of ours."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


def _items(output: str) -> list[Object]:
    if not output.strip():
        return []
    found: dict[str, Any] = json.loads(output)
    items: list[Object] = found["items"] if found.get("kind", "").endswith("List") else [found]
    return items


async def _end(process: asyncio.subprocess.Process) -> None:
    """See to it that it runs no more, with all that it started (plugins that log in)."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(_REAP_LIMIT_S):
            await process.wait()
