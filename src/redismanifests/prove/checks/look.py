"""Look: one round of queries with cached answers, so that all checks see the same state.

Forty checks of six pods must not run hundreds of commands, and must not see different states. Each check has its own
`Look`, which stores its evidence.
"""

from __future__ import annotations

import asyncio
import fnmatch
from typing import TYPE_CHECKING

from redismanifests.prove.checks.probe import Evidence, NotVerifiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.askable import Answer, Askable
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.probe import Outcome, Probe
    from redismanifests.prove.checks.workload import Workload

LIMIT_S = 5.0
"""A local question is answered in milliseconds; a busy node may need a second to start the client."""
EVIDENCE_CHARACTERS = 4000
"""Of one command: a page. A report holds hundreds of them."""
_READING = frozenset({"INFO", "CONFIG", "SENTINEL", "COMMAND", "GET", "ls", "df", "cat"})
"""Beginnings of what changes nothing, as it is asked here: all pods of a workload may be asked at once."""
_REFUSALS = ("NOAUTH", "WRONGPASS", "NOPERM", "LOADING", "ERR unknown command", "Could not connect")


class Round:
    """Every answer of one moment, each asked once."""

    def __init__(self, askable: Askable, desired: Desired, now: datetime | None = None) -> None:
        """Nothing is queried yet. ``now`` is the time from which ages are computed; without it they are unknown."""
        self.desired = desired
        self.now = now
        self._askable = askable
        self._answers: dict[tuple[str, ...], asyncio.Task[Answer]] = {}
        self._objects: dict[tuple[str, str], asyncio.Task[Object | None]] = {}
        self._lists: dict[str, asyncio.Task[tuple[Object, ...]]] = {}
        self._eager = False

    async def exec(self, pod: str, container: str, argv: Sequence[str]) -> Answer:
        """Run a command, or take the answer that it gave in this round."""
        return await self._asked(pod, container, argv)

    def ahead(self, pods: Iterable[str], container: str, argv: Sequence[str]) -> None:
        """Ask several pods what one is asked now: who asks them one after the other does not wait for each."""
        if self._eager:
            for pod in pods:
                self._asked(pod, container, argv)

    def _asked(self, pod: str, container: str, argv: Sequence[str]) -> asyncio.Task[Answer]:
        key = (pod, container, *argv)
        if key not in self._answers:
            self._answers[key] = asyncio.create_task(self._askable.exec(pod, container, argv, LIMIT_S))
        return self._answers[key]

    async def get(self, kind: str, name: str) -> Object | None:
        """The live object of that kind and name."""
        key = (kind, name)
        if key not in self._objects:
            self._objects[key] = asyncio.create_task(self._askable.get(kind, name))
        return await self._objects[key]

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """All live objects of that kind."""
        if kind not in self._lists:
            self._lists[kind] = asyncio.create_task(self._askable.listed(kind))
        return await self._lists[kind]

    @property
    def progress(self) -> tuple[int, int]:
        """Commands that are answered, of those that were asked so far."""
        asked = list(self._answers.values())
        return sum(each.done() for each in asked), len(asked)

    async def outcomes(self, probes: Iterable[Probe]) -> tuple[Outcome, ...]:
        """Ask all of them at once, but those that ask about what this deployment has not."""
        asked = [each for each in probes if each.applies(self.desired)]
        self._eager = True
        try:
            return tuple(await asyncio.gather(*(each.outcome(Look(self)) for each in asked)))
        finally:
            self._eager = False
            # What was asked ahead, and then by no one.
            await asyncio.gather(*self._answers.values(), return_exceptions=True)


class Look:
    """What one probe asks in a round, with its evidence."""

    def __init__(self, moment: Round) -> None:
        """Nothing is asked yet."""
        self.desired = moment.desired
        self.now = moment.now
        self.evidence: list[Evidence] = []
        self.silent: dict[str, str] = {}
        """Pod, or kind of object -> why it gave no answer."""
        self._round = moment

    async def get(self, kind: str, name: str) -> Object | None:
        """A live object; what matters of it is for the probe to note."""
        return await self._round.get(kind, name)

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """Live objects of a kind; raises NotVerifiedError where they cannot be had."""
        return await self._round.listed(kind)

    async def tried(self, kind: str) -> tuple[Object, ...] | None:
        """Live objects of a kind; None, and remembered as silent, where they cannot be had."""
        try:
            return await self._round.listed(kind)
        except NotVerifiedError as reason:
            self.silent[kind] = str(reason)
            return None

    async def run(self, workload: Workload, pod: str, *argv: str) -> Answer:
        """Any command in a pod's serving container; the whole output is evidence."""
        if argv[0] in _READING:
            self._round.ahead(workload.pods, workload.container, argv)
        answer = await self._round.exec(pod, workload.container, argv)
        self.note(pod, " ".join(argv), answer.output.strip())
        return answer

    async def run_everywhere(self, workload: Workload, *argv: str) -> dict[str, Answer]:
        """A command that changes nothing, in every pod of a workload at once."""
        self._round.ahead(workload.pods, workload.container, argv)
        return {pod: await self.run(workload, pod, *argv) for pod in workload.pods}

    def note(self, pod: str, command: str, output: str) -> None:
        """Keep something as evidence."""
        more = len(output) - EVIDENCE_CHARACTERS
        kept = f"{output[:EVIDENCE_CHARACTERS]}\n... and {more} characters more" if more > 0 else output
        self.evidence.append(Evidence(pod, command, kept))

    async def _reply(self, workload: Workload, pod: str, words: Sequence[str]) -> str:
        argv = (*self.desired.asking(workload), *words)
        if words[0] in _READING:
            self._round.ahead(workload.pods, workload.container, argv)
        answer = await self._round.exec(pod, workload.container, argv)
        said = answer.output.strip()
        if answer.code or not said or said.startswith(_REFUSALS):
            self.silent[pod] = f"{pod} does not answer {' '.join(words)}: {said[:200] or 'nothing'}"
            return ""
        return said.replace("\r", "")

    async def ask(self, workload: Workload, pod: str, *words: str) -> str:
        """What the server of a pod replies; empty, and remembered as silent, where it does not."""
        reply = await self._reply(workload, pod, words)
        self.note(pod, " ".join(words), reply or self.silent.get(pod, ""))
        return reply

    async def _fields(
        self,
        workload: Workload,
        pod: str,
        words: Sequence[str],
        parse: Callable[[str], Mapping[str, str]],
        patterns: Sequence[str],
    ) -> dict[str, str]:
        reply = await self._reply(workload, pod, words)
        # Most patterns are names, and an answer has hundreds of fields.
        wild = [pattern for pattern in patterns if "*" in pattern]
        fields = {
            name: value
            for name, value in parse(reply).items()
            if name in patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in wild)
        }
        told = "\n".join(f"{name}: {value}" for name, value in fields.items())
        self.note(pod, " ".join(words), told or self.silent.get(pod, ""))
        return fields

    async def info(self, workload: Workload, pod: str, *patterns: str) -> dict[str, str]:
        """The fields of INFO that match; empty where no one answers."""
        return await self._fields(workload, pod, ("INFO",), info, patterns)

    async def config(self, pod: str, *names: str) -> dict[str, str]:
        """Settings of a running Redis."""
        return await self._fields(self.desired.redis, pod, ("CONFIG", "GET", "*"), pairs, names)

    async def master(self, pod: str, *fields: str) -> dict[str, str]:
        """How one Sentinel sees its (first) master."""
        return await self._fields(self.desired.sentinel, pod, ("SENTINEL", "MASTERS"), pairs, fields)

    async def known(self, pod: str, what: str, *fields: str) -> list[dict[str, str]]:
        """The ``REPLICAS`` or ``SENTINELS`` that one Sentinel knows of its master."""
        view = await self.master(pod, "name")
        if not view:
            return []
        words = ("SENTINEL", what, view["name"])
        reply = await self._reply(self.desired.sentinel, pod, words)
        found = [{field: each.get(field, "") for field in fields} for each in groups(reply, "name")]
        self.note(pod, " ".join(words), "\n".join(str(each) for each in found))
        return found

    async def every_info(self, *patterns: str) -> dict[str, dict[str, str]]:
        """INFO of every Redis that answers."""
        redis = self.desired.redis
        found = {pod: await self.info(redis, pod, *patterns) for pod in redis.pods}
        return {pod: fields for pod, fields in found.items() if fields}

    async def every_master(self, *fields: str) -> dict[str, dict[str, str]]:
        """The view of every Sentinel that answers."""
        found = {pod: await self.master(pod, *fields) for pod in self.desired.sentinel.pods}
        return {pod: view for pod, view in found.items() if view}

    async def every_config(self, *names: str) -> dict[str, dict[str, str]]:
        """Settings of every Redis that answers."""
        found = {pod: await self.config(pod, *names) for pod in self.desired.redis.pods}
        return {pod: fields for pod, fields in found.items() if fields}


def pairs(reply: str) -> dict[str, str]:
    """A flat reply of names and values in turn, as redis-cli prints it."""
    lines = reply.splitlines()
    return dict(zip(lines[::2], lines[1::2], strict=False))


def info(reply: str) -> dict[str, str]:
    """The fields of INFO."""
    return dict(line.rstrip().split(":", 1) for line in reply.splitlines() if ":" in line)


def groups(reply: str, first: str) -> list[dict[str, str]]:
    """A list of flat replies, each beginning with the field ``first``."""
    found: list[dict[str, str]] = []
    lines = reply.splitlines()
    for name, value in zip(lines[::2], lines[1::2], strict=False):
        if name == first:
            found.append({})
        if found:
            found[-1][name] = value
    return found


def listed(words: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(words) or "none"
