"""Processes: forked ones, which share the numbers of a run and do both steps of each where the first was done."""

from __future__ import annotations

import os
import signal
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import wait
from traceback import format_exc
from typing import TYPE_CHECKING, Any, cast

from redismanifests.cli.manifests.many.tape import recorded, shown
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

    from redismanifests.cli.manifests.many.tape import Tape

_AT_ONCE = 4
"""Numbers of a share, at least: an answer costs little beside them, and the last process is not late."""
_TOKEN = 4
"""Bytes of a number in the queue."""
_QUEUED = 1000
"""Shares that the queue holds: a page, the least that Linux gives a pipe."""


class Processes:
    """Some processes and the channel to each of them."""

    def __init__(
        self, numbers: range, first: Callable[[int], object], second: Callable[[int, Any], object]
    ) -> None:
        """Of the steps of each of ``numbers``; start none yet."""
        self._numbers = numbers
        self._first = first
        self._second = second
        self._at_once = max(_AT_ONCE, len(numbers) // _QUEUED + 1)
        self._processes: list[ForkProcess] = []
        self._channels: list[Connection] = []
        self._owner: dict[int, Connection] = {}
        """The first number of each share -> the process that did it, and keeps what it left in memory."""

    def start(self, count: int) -> None:
        """Start ``count`` processes, which begin with the first step."""
        queue, tokens = os.pipe()
        for start in self._starts():
            os.write(tokens, start.to_bytes(_TOKEN, "big"))
        os.close(tokens)
        context = get_context("fork")
        for _ in range(count):
            ours, theirs = context.Pipe()
            self._channels.append(ours)
            process = context.Process(target=self._serve, args=(queue, theirs))
            process.start()
            theirs.close()
            self._processes.append(process)
        os.close(queue)

    def close(self) -> None:
        """Let each process finish what it does now, and end."""
        for channel in self._channels:
            channel.close()
        for process in self._processes:
            process.join()

    def first(self) -> Iterator[object]:
        """Results of the first step, in the order of the numbers; which process does which is open."""
        working = [*self._channels]
        waiting: dict[int, Iterator[object]] = {}
        due = self._starts()
        while working:
            for channel in cast("list[Connection]", wait(working)):
                if (arrived := self._received(channel)) is None:
                    working.remove(channel)
                else:
                    start, waiting[start] = arrived
                    self._owner[start] = channel
            while due and due[0] in waiting:
                yield from waiting.pop(due[0])
                due = due[1:]

    def second(self, notes: Mapping[int, object]) -> Iterator[object]:
        """The second step of each number, with what is noted of it."""
        for channel in self._channels:
            mine = (self._share(start) for start, owner in self._owner.items() if owner is channel)
            self._send(channel, {n: notes[n] for n in chain.from_iterable(mine) if n in notes})
        for start in self._starts():
            if share := self._received(self._owner[start]):
                yield from share[1]

    def _starts(self) -> range:
        return self._numbers[:: self._at_once]

    def _share(self, start: int) -> range:
        return range(start, min(start + self._at_once, self._numbers.stop))

    def _serve(self, queue: int, channel: Connection) -> None:
        """What a process does: shares from the queue until it is empty, then the second step of the same."""
        # Ctrl-C reaches every process of the terminal; the first of them ends the others, by closing their channels.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for each in self._channels:
            each.close()
        mine = []
        try:
            while token := os.read(queue, _TOKEN):
                mine.append(int.from_bytes(token, "big"))
                self._answer(channel, mine[-1], self._first)
            channel.send(None)  # no share is left
            notes: Mapping[int, object] = channel.recv()
            for start in mine:
                self._answer(channel, start, lambda number: self._second(number, notes.get(number)))
        except (EOFError, ConnectionError):
            return  # the first process has ended
        except Exception as error:  # it is raised again where it is received
            error.add_note(format_exc())
            channel.send(error)

    def _answer(self, channel: Connection, start: int, done: Callable[[int], object]) -> None:
        answers: list[tuple[object, Tape]] = []
        for number in self._share(start):
            with recorded() as tape:
                result = done(number)
            answers.append((result, tape))
        channel.send((start, answers))

    def _received(self, channel: Connection) -> tuple[int, Iterator[object]] | None:
        """The next share of a process; None where its first step has come to its end."""
        try:
            answer = channel.recv()
        except (EOFError, ConnectionError):
            raise _killed() from None
        if isinstance(answer, Exception):
            raise answer
        return answer and (answer[0], map(shown, answer[1]))

    def _send(self, channel: Connection, notes: object) -> None:
        try:
            channel.send(notes)
        except ConnectionError:
            raise _killed() from None


def _killed() -> RedismanifestsError:
    fact = "a process that judged profiles was killed, and nothing more is known of it"
    return RedismanifestsError(fact, "give the machine more memory, or fewer profiles at a time")
