"""Many commands of one container are one exec, and each gets its own answer."""

from __future__ import annotations

import asyncio
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.probe import NotVerifiedError
from redismanifests.prove.live.batch import Batch, apart, script

if TYPE_CHECKING:
    from collections.abc import Sequence


class Shell:
    """This machine's own shell in the place of a container."""

    def __init__(self, *, has_shell: bool = True) -> None:
        self.runs: list[tuple[str, ...]] = []
        self._has_shell = has_shell

    async def run(self, argv: Sequence[str], limit_s: float) -> Answer:
        self.runs.append(tuple(argv))
        if argv[0] == "sh" and not self._has_shell:
            return Answer(127, "exec: sh: not found")
        await asyncio.sleep(0)
        done = subprocess.run([*argv], capture_output=True, text=True, check=False)
        return Answer(done.returncode, done.stdout + (done.stderr if done.returncode else ""))


HARD = ("/bin/echo", 'it\'s "hard" $HOME `id` \\n', "--", "-- redismanifests: end of")
COMMANDS = (
    ("echo", "a"),
    ("false",),
    ("sh", "-c", "echo out; echo err >&2; exit 3"),
    HARD,
    ("printf", "no newline"),
)
ANSWERS = [
    Answer(0, "a\n"),
    Answer(1, ""),
    Answer(3, "out\nerr\n"),
    Answer(0, " ".join(HARD[1:]) + "\n"),
    Answer(0, "no newline"),
]


def _asked(shell: Shell, *commands: Sequence[str]) -> list[Answer]:
    async def work() -> list[Answer]:
        batch = Batch(shell.run)
        return list(await asyncio.gather(*(batch.exec(each, 5) for each in commands)))

    return asyncio.run(work())


def test_what_is_asked_at_once_is_one_exec_and_each_has_its_own_answer() -> None:
    shell = Shell()
    assert _asked(shell, *COMMANDS) == ANSWERS
    assert len(shell.runs) == 1


def test_one_command_is_run_as_it_is() -> None:
    shell = Shell()
    assert _asked(shell, COMMANDS[0]) == ANSWERS[:1]
    assert shell.runs == [COMMANDS[0]]


def test_an_image_without_a_shell_is_asked_one_by_one() -> None:
    shell = Shell(has_shell=False)
    assert _asked(shell, ("echo", "a"), ("echo", "b")) == [Answer(0, "a\n"), Answer(0, "b\n")]


def test_who_asks_later_is_asked_with_the_next() -> None:
    shell = Shell()

    async def work() -> list[Answer]:
        batch = Batch(shell.run)

        async def two(word: str) -> Answer:
            first = await batch.exec(("echo", word), 5)
            return await batch.exec(("echo", first.output.strip() * 2), 5)

        return list(await asyncio.gather(two("a"), two("b")))

    assert asyncio.run(work()) == [Answer(0, "aa\n"), Answer(0, "bb\n")]
    assert len(shell.runs) == 2


def test_after_a_command_that_hangs_nothing_else_is_asked() -> None:
    async def work() -> list[Answer]:
        batch = Batch(Shell().run)
        asked = (
            batch.exec(each, 1) for each in (("echo", "a"), ("sleep", "60"), ("echo", "b"), ("echo", "c"))
        )
        return list(await asyncio.gather(*asked))

    began = time.monotonic()
    first, hung, *rest = asyncio.run(work())
    assert (first, hung) == (Answer(0, "a\n"), Answer(124, "no end within its time\n"))
    assert {(each.code, each.output) for each in rest} == {
        (124, "not run: the command before it did not end\n")
    }
    assert time.monotonic() - began < 20


def test_what_never_came_has_the_reason_of_the_whole() -> None:
    text = subprocess.run(
        ["sh", "-c", script([(("echo", "a"), 5)])], capture_output=True, text=True, check=True
    ).stdout
    cut = Answer(124, f"{text}kubectl exec did not end within 15 s")
    assert apart(cut, 2) == [Answer(0, "a\n"), Answer(124, "kubectl exec did not end within 15 s")]
    assert apart(Answer(0, text), 2)[1].code == 1


def test_a_refusal_reaches_everybody_who_asked() -> None:
    async def refuse(argv: Sequence[str], limit_s: float) -> Answer:
        raise NotVerifiedError("may not")

    async def work() -> list[object]:
        batch = Batch(refuse)
        asked = (batch.exec(("echo", each), 5) for each in "ab")
        return list(await asyncio.gather(*asked, return_exceptions=True))

    assert [str(each) for each in asyncio.run(work())] == ["may not", "may not"]
    with pytest.raises(NotVerifiedError):
        asyncio.run(Batch(refuse).exec(("echo",), 5))
