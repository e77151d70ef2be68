"""Log: the output of all containers, as one list ordered by time.

A failover concerns several pods; separate files do not show the order of events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    """One line that a container wrote, ``at`` seconds since 1970."""

    at: float
    pod: str
    container: str
    text: str


def lines(folder: Path, began: float) -> list[Line]:
    """All logs of a rehearsal that ``began`` then (seconds since 1970) and took less than a day, by time."""
    found = []
    for file in sorted(folder.glob("*.log")):
        pod, _, container = file.stem.rpartition("_")
        for line in file.read_bytes().decode("utf-8").split("\n")[:-1]:
            stamp, _, text = line.partition(" ")
            found.append(Line(_moment(stamp, began), pod, container, text))
    return sorted(found, key=lambda line: line.at)


def _moment(stamp: str, began: float) -> float:
    """The time of a stamp without a date: the first such time of day after the beginning."""
    start = datetime.fromtimestamp(began, UTC)
    moment = datetime.combine(start.date(), datetime.strptime(stamp, "%H:%M:%S.%f").time(), UTC)
    # Stamps are cut to milliseconds, so the first may appear to be before the beginning.
    return (moment if moment >= start - timedelta(seconds=1) else moment + timedelta(days=1)).timestamp()
