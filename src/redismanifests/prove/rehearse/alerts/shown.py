"""Shown: what the panels of a dashboard showed in a rehearsal.

A rehearsal without alerts reads this module, too: it imports nothing of the dashboards.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (it is read back by its types)
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Looks:
    """How values are shown."""

    unit: str
    """Grafana's name: short, s, bytes, percentunit, ops."""
    states: tuple[tuple[int, str, str], ...]
    """Value, its text and its colour."""
    steps: tuple[tuple[float, str], ...]
    """From this value on, numbers have this colour."""


@dataclass(frozen=True, slots=True)
class Question:
    """One query of a panel."""

    query: str
    """What Prometheus is asked."""
    legend: str
    looks: Looks
    """Of a column of a table."""


@dataclass(frozen=True, slots=True)
class Place:
    """A panel, or the heading of a row, in a grid of 24 columns."""

    title: str
    kind: str
    """stat, timeseries, state-timeline or table; row for a heading."""
    grid: tuple[int, int, int, int]
    """Column, line, width and height."""
    looks: Looks
    names: bool = False
    """Whether a stat shows the name of the series, and not its value."""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One series that a query returned."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]
    """Moment, in seconds since 1970, and value."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A place, and the series of each of its queries."""

    place: Place
    lines: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A dashboard, from the first sample to the end of a run."""

    board: str
    panels: tuple[Panel, ...]
