"""Search: every state within a number of faults, each once, and whether each of them ends well."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .state import first

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .model import Model
    from .state import State

CALM_STEPS = 60
"""Moves of the kind "time" that a system without faults may take until it is whole or calls a person: 300 s."""


@dataclass
class Found:
    """What a search saw; ``trace`` leads to the first thing that is wrong."""

    states: int = 0
    moves: int = 0
    depth: int = 0
    seconds: float = 0.0
    trouble: str = ""
    trace: tuple[str, ...] = ()
    finished: bool = False


def explore(model: Model, budget: int, prefix: Iterable[str] = (), *, limit_s: float = 1200.0) -> Found:
    """Breadth first, so that the first trace is a shortest one; ends at the first trouble, or at the limit."""
    began, found = time.monotonic(), Found()
    root = played(model, first()._replace(budget=budget), prefix)
    # By hashes of 64 bits: among millions of states two that share one are not to be expected.
    came: dict[int, tuple[int, str] | None] = {hash(root): None}
    good: set[int] = set()
    queue = deque([(root, 0)])
    while queue:
        state, depth = queue.popleft()
        found.states, found.depth = len(came), max(found.depth, depth)
        problem = state.trouble or ends_well(model, state, good)
        if problem:
            found.trouble, found.trace = problem, trace(came, hash(state))
            break
        for name, after in model.moves(state):
            found.moves += 1
            if hash(after) not in came:
                came[hash(after)] = (hash(state), name)
                queue.append((after, depth + 1))
        if found.states % 512 == 0 and time.monotonic() - began > limit_s:
            break
    else:
        found.finished = True
    found.seconds = time.monotonic() - began
    return found


def played(model: Model, state: State, names: Iterable[str]) -> State:
    """The state after these moves."""
    for name in names:
        after = dict(model.moves(state))
        assert name in after, f"{name} is none of {', '.join(after)}"
        state = after[name]
    return state


def ends_well(model: Model, state: State, good: set[int]) -> str:
    """Empty where a system whose faults are over becomes whole or calls a person; else what it comes to."""
    state, seen, steps = model.calm(state), [], 0
    while hash(state) not in good:
        if state.trouble:
            return f"{state.trouble}, when all faults are over"
        seen.append(hash(state))
        if (model.whole(state) and not state.delayed) or model.calls_a_person(state):
            break
        name, state = next(iter(model.acts(state)))
        # Pods that a hook has ended meanwhile come back, too.
        state = model.calm(state)
        steps += name == "time"
        if steps > CALM_STEPS:
            return f"neither whole nor is a person called: {summary(state)}"
    good.update(seen)
    return ""


def trace(came: dict[int, tuple[int, str] | None], state: int) -> tuple[str, ...]:
    """The names of the moves that lead to the state with this hash."""
    names = []
    while before := came[state]:
        state, name = before
        names.append(name)
    return tuple(reversed(names))


def summary(state: State) -> str:
    """A state in one line."""
    pods = ", ".join(
        f"{n} {p.state} {p.said or ('master' if p.follows == -1 else f'of {p.follows}')} data {p.data:b}"
        for n, p in enumerate(state.pods)
    )
    sentinels = ", ".join(f"{s.state} {s.epoch}:{s.master}" for s in state.sentinels)
    return f"pods {pods}; Sentinels {sentinels}"
