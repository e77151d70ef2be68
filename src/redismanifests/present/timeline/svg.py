"""Svg: a timeline as a picture: a lane per pod, marks above, outages shaded, a legend and the marks' texts below.

Colour is never the only sign: a pod that is not ready is a thin bar, marks are numbered, and each bar has a title with
its state. Follows the reader's light or dark scheme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from redismanifests.core.sources.source import printable
from redismanifests.present.palette import colours
from redismanifests.present.timeline.value import State, step_of
from redismanifests.present.timeline.words import in_words, labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from redismanifests.present.timeline.value import Lane, Mark, Timeline

_WIDTH, _LEFT, _RIGHT = 960.0, 150.0, 16.0
_LANE, _BAR, _THIN = 24.0, 16.0, 5.0
_HEAD, _HEADING, _ROW, _LINE = 8.0, 24.0, 18.0, 18.0
_LEGEND_COLUMN = 236.0
_NEAREST = 20.0
"""Marks closer than this share no row: their numbers would cover each other."""
_LONGEST_TEXT = 120
_TICKS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
_MOST_TICKS = 14

_CLASSES = {
    State.MASTER: "master",
    State.REFUSING: "refusing",
    State.REPLICA: "replica",
    State.DETACHED: "detached",
    State.SENTINEL: "sentinel",
    State.CLIENT: "client",
    State.LOADING: "loading",
    State.SILENT: "silent",
    State.STARTING: "starting",
}
"""``GONE`` is drawn as nothing."""
_STYLE = (
    f"{colours('.tl')}"
    ".tl{font:12px system-ui,sans-serif}.tl .heading{font-size:14px;font-weight:600}"
    ".tl .paper{fill:var(--paper)}.tl text{fill:var(--ink)}.tl .soft{fill:var(--soft)}.tl .grid{stroke:var(--grid)}"
    ".tl .outage{fill:var(--outage)}.tl .over{fill:var(--fault);fill-opacity:.45}"
    ".tl .loss{fill:var(--fault);font-weight:600}.tl .limit{stroke:var(--ink);stroke-width:2}"
    ".tl .fault{stroke:var(--fault);stroke-dasharray:4 3}.tl .note{stroke:var(--ink);stroke-dasharray:1 3}"
    ".tl .badge{fill:var(--ink)}.tl .badge.bad{fill:var(--fault)}"
    ".tl .time{paint-order:stroke;stroke:var(--paper);stroke-width:4px}"
    ".tl .number{fill:var(--paper);font-size:10px;font-weight:600}"
    + "".join(f".tl .{name}{{fill:var(--{name})}}" for name in _CLASSES.values())
)


def svg(timeline: Timeline, *, heading: bool = False) -> str:
    """The picture as one SVG element, without an XML declaration, so that a page can hold it.

    With a ``heading`` where no page has one above it.
    """
    return ElementTree.tostring(_Drawing(timeline, heading=heading).root, encoding="unicode") + "\n"


def add(parent: Element, tag: str, text: str = "", **attributes: str | float) -> Element:
    """An element below another one; `class_` is its class, and `text_anchor` its `text-anchor`."""
    named = {key.rstrip("_").replace("_", "-"): _number(value) for key, value in attributes.items()}
    child = ElementTree.SubElement(parent, tag, named)
    # A control character has no place in XML.
    child.text = printable(text) or None
    return child


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:z.2f}".rstrip("0").rstrip(".")


class _Drawing:
    def __init__(self, timeline: Timeline, *, heading: bool) -> None:
        self.timeline = timeline
        self.head = _HEAD + (_HEADING if heading else 0)
        self.badges = list(_badges(timeline.marks, self.x))
        rows = 1 + max((row for _, row in self.badges), default=-1)
        self.top = self.head + rows * _ROW
        self.bottom = self.top + len(timeline.lanes) * _LANE
        self.legend = list(_legend(timeline))
        columns = int(_WIDTH // _LEGEND_COLUMN)
        below = self.bottom + (34 if timeline.limit is None else 48)
        self.legend_top, self.columns = below, columns
        self.texts_top = below + -(-len(self.legend) // columns) * _LINE + 4
        height = self.texts_top + len(timeline.marks) * _LINE
        ids = f"{timeline.name}-title", f"{timeline.name}-desc"
        self.root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "tl",
                "viewBox": f"0 0 {_number(_WIDTH)} {_number(height)}",
                "role": "img",
                "aria-labelledby": " ".join(ids),
            },
        )
        add(self.root, "title", timeline.title, id=ids[0])
        add(self.root, "desc", in_words(timeline), id=ids[1])
        add(self.root, "style", _STYLE)
        if heading:
            # Its colours are the reader's scheme; what is around a picture of its own may not be.
            add(self.root, "rect", width=_WIDTH, height=height, class_="paper")
            add(self.root, "text", timeline.title, x=4, y=_HEADING - 6, class_="heading")
        self.draw()

    def x(self, at: float) -> float:
        """Where a moment lies."""
        span = max(self.timeline.ends - self.timeline.begins, 0.001)
        share = (min(max(at, self.timeline.begins), self.timeline.ends) - self.timeline.begins) / span
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def draw(self) -> None:
        self.draw_grid()
        # Behind the bars, so that these keep the colours of the legend.
        self.draw_outages()
        for number, lane in enumerate(self.timeline.lanes):
            self.draw_lane(lane, self.top + number * _LANE)
        self.draw_limit()
        # Above the line of the limit, so that it crosses no number.
        self.draw_times()
        self.draw_marks()
        self.draw_legend()

    def draw_grid(self) -> None:
        for at in _ticks(self.timeline.begins, self.timeline.ends):
            x = self.x(at)
            add(self.root, "line", x1=x, x2=x, y1=self.top, y2=self.bottom, class_="grid")

    def draw_times(self) -> None:
        """The axis, and below it how long each outage took."""
        for at in _ticks(self.timeline.begins, self.timeline.ends):
            self.time(self.x(at), 14, f"{at:zg} s", "soft")
        for middle, text, counts in labels(self.timeline, self.x):
            self.time(middle, 28, text, "loss" if counts else "soft")

    def time(self, x: float, below: float, text: str, kind: str) -> None:
        y = self.bottom + below
        add(self.root, "text", text, x=x, y=y, class_=f"time {kind}", text_anchor="middle")

    def draw_lane(self, lane: Lane, top: float) -> None:
        middle = top + _LANE / 2
        add(self.root, "text", lane.name, x=_LEFT - 8, y=middle + 4, text_anchor="end")
        add(self.root, "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=middle, y2=middle, class_="grid")
        for span in lane.spans:
            if span.state not in _CLASSES:
                continue
            height = _BAR if span.ready else _THIN
            bar = add(
                self.root,
                "rect",
                x=self.x(span.begins),
                y=middle - height / 2,
                width=max(self.x(span.ends) - self.x(span.begins), 0.5),
                height=height,
                class_=_CLASSES[span.state],
            )
            ready = "ready" if span.ready else "not ready"
            add(
                bar,
                "title",
                f"{lane.name}: {span.state.value}, {ready}, {span.begins:z.1f} to {span.ends:z.1f} s",
            )

    def draw_outages(self) -> None:
        for begins, ends in self.timeline.outages:
            self.shade(begins, ends, "outage")

    def shade(self, begins: float, ends: float, kind: str) -> None:
        left, right = self.x(begins), self.x(ends)
        if right > left:
            y, height = self.top - 2, self.bottom - self.top + 4
            add(self.root, "rect", x=left, y=y, width=right - left, height=height, class_=kind)

    def draw_limit(self) -> None:
        """Where the longest outage had to have ended; without an outage, where one from the zero on had to."""
        limit = self.timeline.limit
        if limit is None:
            return
        begins, ends = self.timeline.judged or (0.0, 0.0)
        at, y = begins + limit, self.bottom + 42
        if at > self.timeline.ends:
            text = f"limit {limit:zg} s, beyond the picture"
            add(self.root, "text", text, x=_WIDTH - _RIGHT, y=y, text_anchor="end")
            return
        self.shade(at, ends, "over")
        x = self.x(at)
        add(self.root, "line", x1=x, x2=x, y1=self.top - 4, y2=y - 10, class_="limit")
        add(self.root, "text", f"limit {limit:zg} s", x=x, y=y, text_anchor="middle")

    def draw_marks(self) -> None:
        for number, (mark, row) in enumerate(self.badges, 1):
            x, y = self.x(mark.at), self.head + row * _ROW + 6
            kind = "fault" if _counts(mark) else "note"
            add(self.root, "line", x1=x, x2=x, y1=y, y2=self.bottom, class_=kind)
            _badge(self.root, x, y, number, mark)
            text_y = self.texts_top + (number - 1) * _LINE + 12
            _badge(self.root, 12, text_y - 4, number, mark)
            text = mark.text if len(mark.text) <= _LONGEST_TEXT else f"{mark.text[: _LONGEST_TEXT - 1]}…"
            add(self.root, "text", f"{mark.at:z.1f} s", x=76, y=text_y, text_anchor="end", class_="soft")
            add(self.root, "text", text, x=86, y=text_y)

    def draw_legend(self) -> None:
        for number, (kind, text, height) in enumerate(self.legend):
            x = 4 + number % self.columns * _LEGEND_COLUMN
            y = self.legend_top + number // self.columns * _LINE + 8
            add(self.root, "rect", x=x, y=y - height / 2, width=18, height=height, class_=kind)
            add(self.root, "text", text, x=x + 24, y=y + 4, class_="soft")


def _legend(timeline: Timeline) -> Iterator[tuple[str, str, float]]:
    """Class, words and height of what the picture has, and of nothing else."""
    spans = [span for lane in timeline.lanes for span in lane.spans if span.state in _CLASSES]
    states = {span.state for span in spans}
    yield from ((name, state.value, 10) for state, name in _CLASSES.items() if state in states)
    if not all(span.ready for span in spans):
        yield "silent", "thin: not ready", 4
    if timeline.outages:
        yield "outage", "no write acknowledged", 14
    begins, ends = timeline.judged or (0.0, 0.0)
    if timeline.limit is not None and ends - begins > timeline.limit:
        yield "over", "beyond the limit", 14


def _counts(mark: Mark) -> bool:
    """Whether this is the fault, or one after it: what was done before the zero set the scene."""
    return mark.fault and mark.at >= 0


def _badge(parent: Element, x: float, y: float, number: int, mark: Mark) -> None:
    add(parent, "circle", cx=x, cy=y, r=7, class_="badge bad" if _counts(mark) else "badge")
    add(parent, "text", str(number), x=x, y=y + 3.5, text_anchor="middle", class_="number")


def _badges(marks: Sequence[Mark], x: Callable[[float], float]) -> Iterator[tuple[Mark, int]]:
    """Each mark with its row: the first one whose last number is far enough away."""
    ends: list[float] = []
    for mark in marks:
        at = x(mark.at)
        row = next((row for row, end in enumerate(ends) if at - end >= _NEAREST), len(ends))
        ends[row : row + 1] = [at]
        yield mark, row


def _ticks(begins: float, ends: float) -> Iterator[float]:
    step = step_of(ends - begins, _MOST_TICKS, _TICKS)
    first = -(-begins // step)
    # Counted: one more is no larger number where a report says that all was a billion years ago.
    for number in range(_MOST_TICKS + 1):
        if (first + number) * step <= ends:
            yield (first + number) * step
