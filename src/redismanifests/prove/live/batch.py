"""Batch: collects commands for one container, and runs them by one exec.

Sixty checks run some fifty commands in six pods. A kubectl for each would be a process, and a connection through API
server and kubelet.
"""

from __future__ import annotations

import asyncio
import math
import shlex
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.prove.checks.askable import Answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

_GATHERED_S = 0.01
"""Seconds to wait for further commands of the same round."""
_MARK = "-- redismanifests: end of answer "
_NO_SHELL = (126, 127)
_NOT_ASKED = "not run: the command before it did not end"
_FUNCTIONS = """late=
at_most() { if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift; "$@"; fi; }
ended() { code=$1; case $code in 124|143) late=1; code=124; echo "no end within its time"; esac; }
"""
"""124 is the exit code of coreutils' timeout, 143 that of busybox."""


class _Wish(NamedTuple):
    argv: tuple[str, ...]
    limit_s: float
    answer: asyncio.Future[Answer]


class Batch:
    """Commands of one container; one exec at a time."""

    def __init__(self, run: Callable[[Sequence[str], float], Awaitable[Answer]]) -> None:
        """``run`` executes one command in it; every waiting caller gets its exception."""
        self._run = run
        self._waiting: list[_Wish] = []
        self._working: asyncio.Task[None] | None = None

    async def exec(self, argv: Sequence[str], limit_s: float) -> Answer:
        """The answer of one command."""
        wish = _Wish(tuple(argv), limit_s, asyncio.get_running_loop().create_future())
        self._waiting.append(wish)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await wish.answer

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(_GATHERED_S)
            taken, self._waiting = self._waiting, []
            try:
                answers = await self._together(taken)
            except Exception as error:
                answers = []
                for wish in taken:
                    if not wish.answer.done():
                        wish.answer.set_exception(error)
            for wish, answer in zip(taken, answers, strict=False):
                if not wish.answer.done():
                    wish.answer.set_result(answer)

    async def _together(self, wishes: Sequence[_Wish]) -> list[Answer]:
        if len(wishes) == 1:
            return [await self._run(wishes[0].argv, wishes[0].limit_s)]
        text = script([(each.argv, each.limit_s) for each in wishes])
        whole = await self._run(("sh", "-c", text), sum(each.limit_s for each in wishes))
        if whole.code in _NO_SHELL and _MARK not in whole.output:
            return [await self._run(each.argv, each.limit_s) for each in wishes]
        return apart(whole, len(wishes))


def script(commands: Sequence[tuple[Sequence[str], float]]) -> str:
    """A shell script that runs each command with its time limit, and prints the exit code after each.

    After a command that did not end, the others are skipped: a server that hangs answers none of them.
    """
    asked = (
        f'if [ -z "$late" ]; then at_most {math.ceil(limit_s)} {shlex.join(argv)} 2>&1; ended $?\n'
        f"else echo '{_NOT_ASKED}'; fi; printf '\\n{_MARK}%s\\n' $code"
        for argv, limit_s in commands
    )
    return _FUNCTIONS + "\n".join(asked)


def apart(whole: Answer, number: int) -> list[Answer]:
    """The answers in the script's output; a missing answer has the reason why the script ended."""
    found: list[Answer] = []
    rest = whole.output
    while len(found) < number and f"\n{_MARK}" in rest:
        said, _, rest = rest.partition(f"\n{_MARK}")
        code, _, rest = rest.partition("\n")
        found.append(Answer(int(code), said))
    reason = Answer(whole.code or 1, rest.strip() or "the command before it never ended")
    return found + [reason] * (number - len(found))
