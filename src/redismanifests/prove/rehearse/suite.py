"""Suite: scenarios one after the other, and the record of what came out.

Why: the command and its reports read one value, however many subjects, scenarios and repeats there were.
"""

from __future__ import annotations

import os
import platform
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.run import run
from redismanifests.prove.rehearse.scenarios import scenario_named
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from redismanifests.prove.rehearse.alerts.order import Order
    from redismanifests.prove.rehearse.alerts.rulefile import RuleFile
    from redismanifests.prove.rehearse.bench.subject import Subject
    from redismanifests.prove.rehearse.result import Result
    from redismanifests.prove.toycluster.event import Event


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

    @property
    def same_engine(self) -> bool:
        """Whether every server that ran is the one that the objects deploy."""
        return not any(run.result.stands_in for run in self.runs)

    @property
    def took_s(self) -> float:
        """From the first event to the last, however many ran beside each other."""
        ends = max((run.result.began + run.result.took_s for run in self.runs), default=0.0)
        return ends - min((run.result.began for run in self.runs), default=0.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run."""

    subjects: Sequence[Subject]
    scenarios: Sequence[str]
    repeat: int
    dns_ttl_s: float
    engine: str | None = None
    """Path of the server; default: the first on PATH."""
    next_engine: str | None = None
    """Path of the server that a scenario changes it to; without one such a scenario is left out."""
    jobs: int = 1
    """How many at a time: times are the subject, and rehearsals beside each other are a busy machine."""
    alerts: bool = False
    """Whether a Prometheus watches, with the rules of the subjects' profiles."""
    rules: Sequence[RuleFile] = ()
    """Rules of someone else's beside them."""

    def combinations(self) -> list[tuple[Subject, int, str]]:
        """Every planned run; a scenario is omitted for a subject that does not support it."""
        return [
            (subject, number, name)
            for subject in self.subjects
            for number in range(1, self.repeat + 1)
            for name in self.scenarios
            if not lacks(subject, name) and (self.next_engine or not scenario_named(name).needs_next)
        ]

    def record(self) -> Record:
        """An empty record of it, on this machine, now."""
        return Record(
            version("redismanifests"),
            machine(),
            steady_now(),
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

    def _order(self, subject: Subject, scenario: str) -> Order | None:
        if not self.alerts:
            return None
        from redismanifests.prove.rehearse.alerts.order import order, watched  # noqa: PLC0415

        return order(watched(subject.profile, subject.name), scenario, self.rules)

    def runs(self, begin: Callable[[str, str], Callable[[Event], None]]) -> Iterator[Run]:
        """Run it, each scenario as often as the others, and answer each run when it is over.

        ``begin`` gets subject and scenario, and returns the observer of the events; with more than one job it is called
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
                            subject.objects,
                            name,
                            engine=self.engine,
                            next_engine=self.next_engine,
                            dns_ttl=self.dns_ttl_s,
                            watch=watch,
                            alerts=self._order(subject, name),
                            notes=subject.notes,
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
    """The part that a scenario needs and a subject lacks; empty if it can run."""
    return scenario_named(scenario).lacks(Objects.of(subject.objects)) if subject.objects else ""


def machine() -> str:
    """Distribution, kernel and processors: figures of time mean little without them."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = "unknown system"
    return f"{system}, {platform.system()} {platform.release()}, {os.cpu_count()} CPUs"
