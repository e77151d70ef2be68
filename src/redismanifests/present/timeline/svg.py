"""Svg: a timeline as a picture: a lane per pod, marks above, outages shaded, a legend and the marks' texts below.

Colour is never the only sign: a pod that is not ready is a thin bar, marks are numbered, and each bar has a title with
its state. Follows the reader's light or dark scheme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from redismanifests.core.sources.source import printable
from redismanifests.present.timeline.value import State, step_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from redismanifests.present.timeline.value import Lane, Mark, Timeline

_WIDTH, _LEFT, _RIGHT = 960.0, 150.0, 16.0
_LANE, _BAR, _THIN = 24.0, 16.0, 5.0
_HEAD, _ROW, _LINE = 8.0, 18.0, 18.0
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
# Okabe and Ito's palette, which colour-blind readers can distinguish, a shade lighter on dark.
_LIGHT = (
    "--ink:#1b1f24;--soft:#6a737d;--grid:#d8dee4;--fault:#b3261e;--outage:#d5000022;"
    "--master:#d55e00;--refusing:#f0c09a;--replica:#0072b2;--detached:#8cc4e8;--sentinel:#009e73;"
    "--client:#7b5ea7;--loading:#e6b800;--silent:#444c56;--starting:#b0b8c1"
)
_DARK = (
    "--ink:#e6edf3;--soft:#9aa4af;--grid:#39424d;--fault:#ff7b72;--outage:#ff5a5a33;"
    "--master:#ff8c3b;--refusing:#7a4a26;--replica:#4aa8e0;--detached:#24516f;--sentinel:#2cc295;"
    "--client:#b094e0;--loading:#f2cc3d;--silent:#c3ccd6;--starting:#57606a"
)
_STYLE = (
    f".tl{{{_LIGHT};font:12px system-ui,sans-serif}}"
    f"@media(prefers-color-scheme:dark){{.tl{{{_DARK}}}}}"
    # On paper always the light colours.
    f"@media print{{.tl{{{_LIGHT}}}}}"
    ".tl text{fill:var(--ink)}.tl .soft{fill:var(--soft)}.tl .grid{stroke:var(--grid)}"
    ".tl .outage{fill:var(--outage)}.tl .loss{fill:var(--fault);font-weight:600}"
    ".tl .fault{stroke:var(--fault);stroke-dasharray:4 3}.tl .note{stroke:var(--ink);stroke-dasharray:1 3}"
    ".tl .badge{fill:var(--ink)}.tl .badge.bad{fill:var(--fault)}"
    ".tl .number{fill:var(--paper,#fff);font-size:10px;font-weight:600}"
    "@media(prefers-color-scheme:dark){.tl .number{fill:#0d1117}}@media print{.tl .number{fill:#fff}}"
    + "".join(f".tl .{name}{{fill:var(--{name})}}" for name in _CLASSES.values())
)


def svg(timeline: Timeline) -> str:
    """The picture as one SVG element, without an XML declaration, so that a page can hold it."""
    return ElementTree.tostring(_Drawing(timeline).root, encoding="unicode") + "\n"


def _add(parent: Element, tag: str, text: str = "", **attributes: str | float) -> Element:
    named = {key.rstrip("_").replace("_", "-"): _number(value) for key, value in attributes.items()}
    child = ElementTree.SubElement(parent, tag, named)
    # A control character has no place in XML.
    child.text = printable(text) or None
    return child


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:z.2f}".rstrip("0").rstrip(".")


class _Drawing:
    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.badges = list(_badges(timeline.marks, self.x))
        rows = 1 + max((row for _, row in self.badges), default=-1)
        self.top = _HEAD + rows * _ROW
        self.bottom = self.top + len(timeline.lanes) * _LANE
        states = {span.state for lane in timeline.lanes for span in lane.spans}
        self.legend = [state for state in _CLASSES if state in states]
        columns = int(_WIDTH // _LEGEND_COLUMN)
        entries = len(self.legend) + 2
        below = self.bottom + 34
        self.legend_top, self.columns = below, columns
        self.texts_top = below + -(-entries // columns) * _LINE + 4
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
        _add(self.root, "title", timeline.title, id=ids[0])
        _add(self.root, "desc", _told(timeline), id=ids[1])
        _add(self.root, "style", _STYLE)
        self.draw()

    def x(self, at: float) -> float:
        """Where a moment lies."""
        span = max(self.timeline.ends - self.timeline.begins, 0.001)
        share = (min(max(at, self.timeline.begins), self.timeline.ends) - self.timeline.begins) / span
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def draw(self) -> None:
        self.draw_axis()
        # Behind the bars, so that these keep the colours of the legend.
        self.draw_outages()
        for number, lane in enumerate(self.timeline.lanes):
            self.draw_lane(lane, self.top + number * _LANE)
        self.draw_marks()
        self.draw_legend()

    def draw_axis(self) -> None:
        for at in _ticks(self.timeline.begins, self.timeline.ends):
            x = self.x(at)
            _add(self.root, "line", x1=x, x2=x, y1=self.top, y2=self.bottom, class_="grid")
            label = f"{at:zg} s"
            _add(self.root, "text", label, x=x, y=self.bottom + 14, class_="soft", text_anchor="middle")

    def draw_lane(self, lane: Lane, top: float) -> None:
        middle = top + _LANE / 2
        _add(self.root, "text", lane.name, x=_LEFT - 8, y=middle + 4, text_anchor="end")
        _add(self.root, "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=middle, y2=middle, class_="grid")
        for span in lane.spans:
            if span.state not in _CLASSES:
                continue
            height = _BAR if span.ready else _THIN
            bar = _add(
                self.root,
                "rect",
                x=self.x(span.begins),
                y=middle - height / 2,
                width=max(self.x(span.ends) - self.x(span.begins), 0.5),
                height=height,
                class_=_CLASSES[span.state],
            )
            ready = "ready" if span.ready else "not ready"
            _add(
                bar,
                "title",
                f"{lane.name}: {span.state.value}, {ready}, {span.begins:z.1f} to {span.ends:z.1f} s",
            )

    def draw_outages(self) -> None:
        for begins, ends in self.timeline.outages:
            left, right = self.x(begins), self.x(ends)
            if right <= left:
                continue
            _add(
                self.root,
                "rect",
                x=left,
                y=self.top - 2,
                width=right - left,
                height=self.bottom - self.top + 4,
                class_="outage",
            )
            if ends - begins >= 1:
                text, middle = f"{ends - begins:.1f} s", (left + right) / 2
                _add(
                    self.root,
                    "text",
                    text,
                    x=middle,
                    y=self.bottom + 28,
                    class_="loss",
                    text_anchor="middle",
                )

    def draw_marks(self) -> None:
        for number, (mark, row) in enumerate(self.badges, 1):
            x, y = self.x(mark.at), _HEAD + row * _ROW + 6
            kind = "fault" if mark.fault else "note"
            _add(self.root, "line", x1=x, x2=x, y1=y, y2=self.bottom, class_=kind)
            _badge(self.root, x, y, number, mark)
            text_y = self.texts_top + (number - 1) * _LINE + 12
            _badge(self.root, 12, text_y - 4, number, mark)
            text = mark.text if len(mark.text) <= _LONGEST_TEXT else f"{mark.text[: _LONGEST_TEXT - 1]}…"
            _add(self.root, "text", f"{mark.at:z.1f} s", x=76, y=text_y, text_anchor="end", class_="soft")
            _add(self.root, "text", text, x=86, y=text_y)

    def draw_legend(self) -> None:
        for number, state in enumerate([*self.legend, None, "outage"]):
            x = 4 + number % self.columns * _LEGEND_COLUMN
            y = self.legend_top + number // self.columns * _LINE + 8
            if isinstance(state, State):
                _add(self.root, "rect", x=x, y=y - 5, width=18, height=10, class_=_CLASSES[state])
                text = state.value
            elif state is None:
                _add(self.root, "rect", x=x, y=y - 2, width=18, height=4, class_="silent")
                text = "thin: not ready"
            else:
                _add(self.root, "rect", x=x, y=y - 7, width=18, height=14, class_="outage")
                text = "no write acknowledged"
            _add(self.root, "text", text, x=x + 24, y=y + 4, class_="soft")


def _badge(parent: Element, x: float, y: float, number: int, mark: Mark) -> None:
    _add(parent, "circle", cx=x, cy=y, r=7, class_="badge bad" if mark.fault else "badge")
    _add(parent, "text", str(number), x=x, y=y + 3.5, text_anchor="middle", class_="number")


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


def _told(timeline: Timeline) -> str:
    """The picture in words, for readers who do not see it."""
    marks = [f"at {mark.at:z.1f} s {mark.text}" for mark in timeline.marks]
    # What ended before the zero belongs to the preparation, and no figure counts it.
    longest = max((ends - begins for begins, ends in timeline.outages if ends > 0), default=0.0)
    outage = f"longest time without an acknowledged write {longest:.2f} s"
    return "; ".join([*marks, outage]) + "."
