"""Probe: one live check of a running deployment, and its outcome.

Why: reports, exit codes and tests read these frozen values.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.look import Look
    from redismanifests.prove.checks.remedy import Remedy


class Status(StrEnum):
    """How a probe came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_VERIFIED = "not verified"


class Confidence(StrEnum):
    """Whether the thing itself was seen, or something that it usually follows from; the latter never passes."""

    OBSERVED = "observed"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One command, where it ran, and the part of its output that the probe looked at."""

    pod: str
    command: str
    output: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one probe came out. ``facts`` are what is wrong, or why nothing could be verified."""

    code: str
    name: str
    about: str
    status: Status
    confidence: Confidence
    facts: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class NotVerifiedError(Exception):
    """Raised by a check that has nothing to compare with; its text says why."""


Check = Callable[["Look"], AsyncIterator[str]]
"""Yields each thing that is wrong, in a sentence."""


def always(desired: Desired) -> bool:
    """Every deployment has it."""
    return True


class Probe(NamedTuple):
    """A question: named after its function, explained by the docstring (one sentence)."""

    code: str
    name: str
    about: str
    check: Check
    confidence: Confidence
    remedy: Remedy
    """What to do where it failed."""
    applies: Callable[[Desired], bool] = always
    """Whether a deployment has what it asks about; where it has not, it is not asked."""

    async def outcome(self, look: Look) -> Outcome:
        """Ask. What is wrong counts before what could not be asked."""
        facts: list[str] = []
        unknown: list[str] = []
        try:
            async for fact in self.check(look):
                facts.append(fact)
        except NotVerifiedError as reason:
            unknown.append(str(reason))
        unknown += look.silent.values()
        if self.confidence is Confidence.INFERRED:
            unknown.append("it usually follows from the evidence; no one saw it")
        if facts:
            status = Status.FAILED
        elif unknown:
            status, facts = Status.NOT_VERIFIED, unknown
        else:
            status = Status.PASSED
        return Outcome(
            self.code, self.name, self.about, status, self.confidence, tuple(facts), tuple(look.evidence)
        )


def probe(
    code: str,
    *,
    remedy: Remedy,
    confidence: Confidence = Confidence.OBSERVED,
    applies: Callable[[Desired], bool] = always,
) -> Callable[[Check], Probe]:
    """Make a probe of a check: its code, and what to do where it fails."""

    def made(check: Check) -> Probe:
        name = getattr(check, "__name__", code).replace("_", "-")
        return Probe(code, name, inspect.cleandoc(check.__doc__ or ""), check, confidence, remedy, applies)

    return made
