"""Panel: what a dashboard is made of, as values: boards of rows of panels of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

from redismanifests.features.alerts.alert import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

Kind = Literal["stat", "timeseries", "state-timeline", "table"]
Unit = Literal["short", "s", "bytes", "percentunit", "ops"]
"""Grafana's names of units; ``s`` are durations, ``percentunit`` are shares of 1."""
Color = Literal["green", "orange", "red", "blue", "text"]

WIDTH = 24
"""Columns of Grafana's grid."""
_ROW_HEIGHT = 1
Grid = tuple[int, int, int, int]
"""Column, line, width and height."""


@dataclass(frozen=True, slots=True)
class State:
    """What a value means."""

    value: int
    text: str
    color: Color


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on, numbers have this colour."""

    value: float
    color: Color


@dataclass(frozen=True, slots=True)
class Query:
    """One expression of Prometheus, and how its series are named."""

    expression: str
    legend: str = "{{pod}}"
    """The heading of its column, where the panel is a table."""
    unit: Unit = "short"
    """Of a column; so are states and steps."""
    states: tuple[State, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One question, answered by a picture."""

    title: str
    about: str
    """What is seen, and what to think of it; Grafana shows it at the title."""
    kind: Kind
    queries: tuple[Query, ...]
    unit: Unit = "short"
    states: tuple[State, ...] = ()
    steps: tuple[Step, ...] = ()
    width: int = 8
    height: int = 7
    names: bool = False
    """Whether a stat shows the name of the series, and not its value."""
    link: str = ""
    """Where a table's deployments lead."""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A choice at the top: values of a label, or the part of them in the group of ``pattern``."""

    name: str
    series: str
    label: str
    pattern: str = ""
    default: str = ""
    """Chosen at first; empty: all, and several may be."""

    @property
    def query(self) -> str:
        """In the words of Grafana's data source."""
        return f"label_values({self.series}, {self.label})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard."""

    uid: str
    title: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    interval_s: int
    """From scrape to scrape: no window of a rate may be shorter than a few of them."""

    def panels(self) -> Iterator[Panel]:
        """Every panel, in the order in which it is seen."""
        for row in self.rows:
            yield from row.panels

    def placed(self) -> Iterator[tuple[Row | Panel, Grid]]:
        """Rows from top to bottom, panels from left to right, each with its place."""
        y = 0
        for row in self.rows:
            yield row, (0, y, WIDTH, _ROW_HEIGHT)
            y += _ROW_HEIGHT
            x = height = 0
            for panel in row.panels:
                if x + panel.width > WIDTH:
                    x, y, height = 0, y + height, 0
                yield panel, (x, y, panel.width, panel.height)
                x, height = x + panel.width, max(height, panel.height)
            y += height


def metrics_of(panel: Panel) -> frozenset[str]:
    """Names of all series that a panel reads."""
    return frozenset().union(*(metrics(query.expression) for query in panel.queries))


YES_NO = (State(1, "yes", "green"), State(0, "no", "red"))
OK_FAILED = (State(1, "ok", "green"), State(0, "failed", "red"))


class Numbers(TypedDict, total=False):
    """What a panel of numbers may have."""

    unit: Unit
    steps: tuple[Step, ...]
    width: int
    height: int


def graph(title: str, about: str, *queries: Query, **numbers: Unpack[Numbers]) -> Panel:
    """Numbers over time, three in a line."""
    return Panel(title=title, about=about, kind="timeseries", queries=queries, **numbers)


def number(title: str, about: str, *queries: Query, **numbers: Unpack[Numbers]) -> Panel:
    """The numbers of now, four in a line."""
    size: Numbers = {"width": 6, "height": 5}
    return Panel(title=title, about=about, kind="stat", queries=queries, **(size | numbers))


def timeline(
    title: str, about: str, *queries: Query, states: tuple[State, ...], width: int = 12, height: int = 6
) -> Panel:
    """A state of each series over time, two in a line."""
    return Panel(
        title=title,
        about=about,
        kind="state-timeline",
        queries=queries,
        states=states,
        width=width,
        height=height,
    )
