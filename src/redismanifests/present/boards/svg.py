"""Svg: a dashboard as one picture: panels in Grafana's grid, each with the data of a rehearsal.

Seconds are counted from the fault, which a dashed line marks. What has no data says so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from redismanifests.core.named import NamedTuple
from redismanifests.present.boards.words import amount, colour, name_of, shown
from redismanifests.present.palette import colours
from redismanifests.present.timeline.svg import add

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from redismanifests.prove.rehearse.alerts.shown import Line, Looks, Panel, Shown

_COLUMN, _LINE, _GAP = 50.0, 30.0, 8.0
_WIDTH = 24 * _COLUMN
_HEAD = 30.0
_TITLE, _AXIS, _LEGEND = 26.0, 16.0, 15.0
_LEFT = 62.0
_LETTER = 6.4
"""Width of a letter of 11 px, on the average."""
_MOST_NAMES = 12
_GAPS = 2.5
"""Samples that may be missing before a line is interrupted."""
_STEP_S = 2.0
_SERIES = ("replica", "master", "sentinel", "client", "loading", "silent", "detached", "refusing")
_COLOURS = {"green": "good", "orange": "open", "red": "fault", "blue": "replica", "text": "ink"}
_STYLE = (
    f"{colours('.db')}"
    ".db{font:11px system-ui,sans-serif}.db .paper{fill:var(--paper)}.db text{fill:var(--ink)}"
    ".db .heading{font-size:15px;font-weight:600}.db .row{font-size:13px;font-weight:600}"
    ".db .title{font-weight:600}.db .soft{fill:var(--soft)}.db .frame{fill:none;stroke:var(--grid)}"
    ".db .grid{stroke:var(--grid)}.db .when{stroke:var(--fault);stroke-dasharray:4 3}"
    ".db .big{font-size:20px;font-weight:600}.db .on{fill:var(--paper)}.db path{fill:none;stroke-width:1.6}"
    + "".join(f".db .f-{name}{{fill:var(--{name})}}" for name in (*_SERIES, *_COLOURS.values()))
    + "".join(f".db .s-{name}{{stroke:var(--{name})}}" for name in _SERIES)
)


class _Area(NamedTuple):
    """Where something is drawn."""

    x: float
    y: float
    width: float
    height: float


class _Time(NamedTuple):
    """The moments of a run, in seconds since 1970."""

    begins: float
    ends: float
    fault_at: float

    def x(self, moment: float, area: _Area) -> float:
        return area.x + area.width * (moment - self.begins) / max(self.ends - self.begins, 1.0)


def svg(board: Shown, title: str, fault_at: float) -> str:
    """The picture as one SVG element, without an XML declaration."""
    moments = [
        at for panel in board.panels for lines in panel.lines for line in lines for at, _ in line.points
    ]
    time = _Time(min(moments, default=fault_at), max(moments, default=fault_at), fault_at)
    bottom = max((panel.place.grid[1] + panel.place.grid[3] for panel in board.panels), default=0)
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "db",
            "viewBox": f"0 0 {_WIDTH:g} {_HEAD + bottom * _LINE:g}",
            "role": "img",
            "aria-label": title,
        },
    )
    add(root, "style", _STYLE)
    add(root, "rect", class_="paper", width="100%", height="100%")
    add(root, "text", title, class_="heading", x=_GAP, y=20)
    for panel in board.panels:
        x, y, width, height = panel.place.grid
        area = _Area(x * _COLUMN + _GAP / 2, _HEAD + y * _LINE, width * _COLUMN - _GAP, height * _LINE - _GAP)
        if panel.place.kind == "row":
            add(root, "text", panel.place.title, class_="row", x=area.x + 4, y=area.y + 18)
        else:
            _panel(root, panel, area, time)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _panel(root: Element, panel: Panel, area: _Area, time: _Time) -> None:
    add(root, "rect", class_="frame", x=area.x, y=area.y, width=area.width, height=area.height, rx=4)
    title = _cut(panel.place.title, area.width - 16)
    add(root, "text", title, class_="title", x=area.x + 8, y=area.y + 17)
    inner = _Area(area.x + 8, area.y + _TITLE, area.width - 16, area.height - _TITLE - 6)
    if not any(line.points for lines in panel.lines for line in lines):
        add(root, "text", "no data", class_="soft", x=inner.x, y=inner.y + 14)
        return
    draw = {"stat": _stat, "timeseries": _graph, "state-timeline": _states, "table": _table}
    draw[panel.place.kind](root, panel, inner, time)


def _named(panel: Panel) -> list[tuple[str, Line]]:
    """Every series of a panel with its name."""
    return [
        (name_of(question.legend, line.labels) or "value", line)
        for question, lines in zip(panel.place.questions, panel.lines, strict=True)
        for line in lines
        if line.points
    ]


def _stat(root: Element, panel: Panel, area: _Area, time: _Time) -> None:
    """The newest values side by side; of series that ended earlier there is none."""
    newest = [
        (name, line) for name, line in _named(panel) if line.points[-1][0] > time.ends - _GAPS * _STEP_S
    ]
    if not newest:
        add(root, "text", "no data at the end", class_="soft", x=area.x, y=area.y + 14)
    for number, (name, line) in enumerate(newest):
        value, looks = line.points[-1][1], panel.place.looks
        width = area.width / len(newest)
        text = name if panel.place.names else shown(value, looks)
        x, fill = area.x + number * width, _COLOURS[colour(value, looks)]
        add(
            root,
            "text",
            _cut(text, width * 0.55),
            class_=f"big f-{fill}",
            x=x,
            y=area.y + area.height / 2 + 4,
        )
        if not panel.place.names:
            add(root, "text", _cut(name, width), class_="soft", x=x, y=area.y + area.height / 2 + 22)


def _graph(root: Element, panel: Panel, area: _Area, time: _Time) -> None:
    """Lines over time, with the bounds of their values at the left and their names below."""
    named = _named(panel)
    rows = list(_legend([name for name, _ in named], area.width))
    plot = _Area(
        area.x + _LEFT, area.y + 4, area.width - _LEFT, area.height - 4 - _AXIS - len(rows) * _LEGEND
    )
    values = [value for _, line in named for _, value in line.points if math.isfinite(value)] or [0.0]
    low, high = min(0.0, *values), max(values)
    high = high if high > low else low + 1
    unit = panel.place.looks.unit
    for part in (0.0, 0.5, 1.0):
        y = plot.y + plot.height * (1 - part)
        add(root, "line", class_="grid", x1=plot.x, x2=plot.x + plot.width, y1=y, y2=y)
        text = amount(low + part * (high - low), unit)
        add(root, "text", text, class_="soft", x=plot.x - 6, y=y + 4, text_anchor="end")
    _axis(root, plot, time)
    for number, (name, line) in enumerate(named):
        words = []
        before = -math.inf
        for at, value in line.points:
            if not math.isfinite(value):
                continue
            y = plot.y + plot.height * (1 - (value - low) / (high - low))
            move = "M" if at - before > _GAPS * _STEP_S else "L"
            words.append(f"{move}{time.x(at, plot):.1f} {y:.1f}")
            before = at
        path = add(root, "path", class_=f"s-{_SERIES[number % len(_SERIES)]}", d=" ".join(words))
        add(path, "title", name)
    for row, names in enumerate(rows):
        y = plot.y + plot.height + _AXIS + row * _LEGEND + 11
        for number, name, x in names:
            series = _SERIES[number % len(_SERIES)]
            add(root, "rect", class_=f"f-{series}", x=area.x + x, y=y - 8, width=9, height=9)
            add(root, "text", name, x=area.x + x + 13, y=y)


def _states(root: Element, panel: Panel, area: _Area, time: _Time) -> None:
    """A lane for each series, with a bar for each time in one state."""
    named = _named(panel)
    plot = _Area(area.x + 140, area.y + 2, area.width - 140, area.height - _AXIS - 2)
    lane = min(24.0, plot.height / len(named))
    for number, (name, line) in enumerate(named):
        y = plot.y + number * lane
        add(root, "text", _cut(name, 132), x=area.x, y=y + lane / 2 + 4)
        for begins, ends, value in _runs(line):
            left, right = time.x(begins, plot), time.x(min(ends, time.ends), plot)
            fill = _COLOURS[colour(value, panel.place.looks)]
            text = shown(value, panel.place.looks)
            bar = add(
                root, "rect", class_=f"f-{fill}", x=left, y=y + 2, width=max(right - left, 1), height=lane - 4
            )
            add(bar, "title", f"{name}: {text}")
            if right - left > len(text) * _LETTER + 8 and lane > 12:
                add(root, "text", text, class_="on", x=left + 4, y=y + lane / 2 + 4)
    _axis(root, plot._replace(height=lane * len(named)), time)


def _runs(line: Line) -> Iterator[tuple[float, float, float]]:
    """Equal values in a row: from, to, and the value; each sample lasts until the next."""
    begins, last, value = line.points[0][0], *line.points[0]
    for at, now in line.points[1:]:
        gap = at - last > _GAPS * _STEP_S
        if now != value or gap:
            yield begins, last + _STEP_S if gap else at, value
            begins, value = at, now
        last = at
    yield begins, last + _STEP_S, value


def _table(root: Element, panel: Panel, area: _Area, time: _Time) -> None:
    """A line for each deployment, a column for each query."""
    columns = [question.legend for question in panel.place.questions]
    rows: dict[str, dict[int, tuple[float, Looks]]] = {}
    for number, (question, lines) in enumerate(zip(panel.place.questions, panel.lines, strict=True)):
        for line in lines:
            if line.points and line.points[-1][0] > time.ends - _GAPS * _STEP_S:
                key = "/".join(
                    line.labels[label] for label in ("namespace", "deployment") if label in line.labels
                )
                rows.setdefault(key, {})[number] = (line.points[-1][1], question.looks)
    width = area.width / (len(columns) + 1)
    for number, heading in enumerate(columns):
        add(root, "text", _cut(heading, width), class_="soft", x=area.x + (number + 1) * width, y=area.y + 12)
    for row, (key, cells) in enumerate(rows.items()):
        y = area.y + 32 + row * 18
        add(root, "text", _cut(key, width), x=area.x, y=y)
        for number, (value, looks) in cells.items():
            fill = _COLOURS[colour(value, looks)]
            text = _cut(shown(value, looks), width)
            add(root, "text", text, class_=f"f-{fill}", x=area.x + (number + 1) * width, y=y)


def _axis(root: Element, plot: _Area, time: _Time) -> None:
    """Seconds from the fault at both ends, and a line where it was."""
    y = plot.y + plot.height
    for moment, anchor in ((time.begins, "start"), (time.ends, "end")):
        text = f"{moment - time.fault_at:+.0f} s"
        add(root, "text", text, class_="soft", x=time.x(moment, plot), y=y + 12, text_anchor=anchor)
    if time.begins < time.fault_at < time.ends:
        x = time.x(time.fault_at, plot)
        add(root, "line", class_="when", x1=x, x2=x, y1=plot.y, y2=y)
        add(root, "text", "fault", class_="soft", x=x, y=y + 12, text_anchor="middle")


def _legend(names: Sequence[str], width: float) -> Iterator[list[tuple[int, str, float]]]:
    """Rows of names with their numbers and where each begins; a panel has space for two."""
    rows: list[list[tuple[int, str, float]]] = [[]]
    x = 0.0
    for number, name in enumerate(names[:_MOST_NAMES]):
        text = _cut(name, width / 2)
        space = len(text) * _LETTER + 26
        if x and x + space > width:
            rows.append([])
            x = 0.0
        rows[-1].append((number, text, x))
        x += space
    yield from rows[:2]


def _cut(text: str, width: float) -> str:
    most = max(int(width / _LETTER), 2)
    return text if len(text) <= most else f"{text[: most - 1]}…"
