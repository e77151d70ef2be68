"""Measuring: one process after the other, with its CPU, its time and its memory.

This process stays small: the largest resident set of a child is at least that of its parent.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Python writes byte code of modules and redismanifests that of its templates, as on any machine.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_EACH_S = 0.1
"""Time between two looks at the memory of a tree of processes."""


@dataclass
class Measured:
    """Runs of one thing: CPU and wall in milliseconds, and memory in MiB."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    whole_tree: bool = False
    """Whether memory is that of all of its processes together (PSS), not of the largest (RSS)."""
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    mib: float = 0.0

    def run(self) -> None:
        """Run it once, to the end, its output thrown away."""
        begun = time.perf_counter()
        child = subprocess.Popen(
            self.command,
            env={**ENVIRONMENT, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        watched = _Watched(child.pid) if self.whole_tree else None
        _, status, usage = os.wait4(child.pid, 0)
        taken = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        peak = watched.peak() if watched else usage.ru_maxrss / 1024
        if child.returncode:
            raise SystemExit(f"{' '.join(map(str, self.command))}: exit code {child.returncode}")
        self.wall.append(taken * 1000)
        self.cpu.append((usage.ru_utime + usage.ru_stime) * 1000)
        self.mib = max(self.mib, peak)

    @property
    def median(self) -> float:
        """CPU in milliseconds."""
        return statistics.median(self.cpu)


def ratio(one: Measured, other: Measured) -> float:
    """CPU of ``one`` in multiples of ``other``. Neighbours in time are compared, so that other work cancels out."""
    return statistics.median(mine / theirs for mine, theirs in zip(one.cpu, other.cpu, strict=False))


class _Watched:
    """The memory of a process and its children, looked at while they live."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._over = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def peak(self) -> float:
        """The most that was seen, in MiB."""
        self._over.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._over.wait(_EACH_S):
            self._most = max(self._most, sum(map(_pss, _tree(self._pid))) / 1024)


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(each for child in below for each in _tree(int(child)))]


def _pss(pid: int) -> float:
    """KiB: memory that several processes share is divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:"))
