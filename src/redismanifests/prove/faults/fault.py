"""Fault: one thing that can be done to a deployment on any bench that has the verbs for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redismanifests.prove.faults.bench import Bench, Verb


@dataclass(frozen=True, slots=True)
class Hit:
    """What is hit: the master, so many Sentinels, a node (empty: the master's)."""

    master: str
    sentinels: int = 1
    node: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """``play`` does it, to its end."""

    name: str
    needs: Verb
    play: Callable[[Bench, Hit], Awaitable[None]]

    def unsupported(self, bench: Bench) -> str:
        """Why it cannot be done there; empty where it can."""
        return bench.unsupported(self.needs)
