"""Suite: scenarios one after the other, and the record of what came out.

Why: the command and its reports read one value, however many subjects, scenarios and repeats there were. What must not
come in: printing, how figures are shown.
"""

from __future__ import annotations

import os
import platform
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from redismanifests.rehearse.objects import Objects
from redismanifests.rehearse.run import run
from redismanifests.rehearse.scenarios import scenario_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from redismanifests.rehearse.event import Event
    from redismanifests.rehearse.result import Result
    from redismanifests.rehearse.subject import Subject


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario of one subject, the ``number``-th time (from 1)."""

    subject: str
    number: int
    about: str
    result: Result


@dataclass(frozen=True, slots=True)
class Record:
    """What was rehearsed where, and what came out; ``planned`` counts runs that never came, too."""

    version: str
    machine: str
    began: float
    dns_ttl_s: float
    planned: int
    runs: tuple[Run, ...] = ()

    @property
    def held(self) -> bool:
        """Whether everything that was planned was run, and held."""
        return len(self.runs) == self.planned and all(run.result.held for run in self.runs)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run."""

    subjects: Sequence[Subject]
    scenarios: Sequence[str]
    repeat: int
    dns_ttl_s: float
    engine: str | None = None
    """Path of the server; the first on PATH where it is not said."""
    jobs: int = 1
    """How many at a time: times are the subject, and rehearsals beside each other are a busy machine."""

    def combinations(self) -> list[tuple[Subject, int, str]]:
        """Every run that is planned: a scenario is left out for a subject that it cannot be played with."""
        return [
            (subject, number, name)
            for subject in self.subjects
            for number in range(1, self.repeat + 1)
            for name in self.scenarios
            if not lacks(subject, name)
        ]

    def record(self) -> Record:
        """An empty record of it, on this machine, now."""
        return Record(
            version("redismanifests"),
            machine(),
            time.time(),
            self.dns_ttl_s,
            len(self.combinations()),
        )

    def ordered(self, runs: Sequence[Run]) -> tuple[Run, ...]:
        """Runs in the order in which they were planned, whichever ended first."""
        subjects = [subject.name for subject in self.subjects]
        return tuple(
            sorted(
                runs,
                key=lambda run: (
                    subjects.index(run.subject),
                    run.number,
                    self.scenarios.index(run.result.scenario),
                ),
            )
        )

    def runs(self, begin: Callable[[str, str], Callable[[Event], None]]) -> Iterator[Run]:
        """Run it, each scenario as often as the others, and answer each run when it is over.

        ``begin`` is told subject and scenario, and answers who watches the events; with more than one job it is called
        from several threads. Raises what a run raises.
        """
        waiting = deque(self.combinations())
        planned = len(waiting)
        over: SimpleQueue[Run | Exception] = SimpleQueue()

        def work() -> None:
            with suppress(IndexError):
                while True:
                    subject, number, name = waiting.popleft()
                    try:
                        watch = begin(subject.name, name)
                        result = run(
                            subject.objects, name, engine=self.engine, dns_ttl=self.dns_ttl_s, watch=watch
                        )
                        over.put(Run(subject.name, number, scenario_named(name).about, result))
                    except Exception as error:  # raised where the answers are read
                        over.put(error)

        for _ in range(self.jobs):
            # A rehearsal ends with the thread that started it, and so with this process.
            Thread(target=work, daemon=True).start()
        for _ in range(planned):
            ended = over.get()
            if isinstance(ended, Exception):
                raise ended
            yield ended


def lacks(subject: Subject, scenario: str) -> str:
    """What a subject has not that a scenario needs; empty where it can be played."""
    return scenario_named(scenario).lacks(Objects.of(subject.objects)) if subject.objects else ""


def machine() -> str:
    """Distribution, kernel and processors: figures of time mean little without them."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = "unknown system"
    return f"{system}, {platform.system()} {platform.release()}, {os.cpu_count()} CPUs"
