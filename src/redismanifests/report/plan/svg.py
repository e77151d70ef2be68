"""Svg: the plan as a picture for a wiki or a pull request: boxes of pods, dots of losses, bars of budgets, findings.

Colour is never the only sign: every bar has its name and amount, every verdict its words. Follows the reader's light or
dark scheme. What must not come in: scripts, fonts of others, a figure that is not in the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from redismanifests.core.source import printable
from redismanifests.report.plan.text import (
    finding_lines,
    left_lines,
    place_name,
    spread_line,
    verdict,
    workload_lines,
)

if TYPE_CHECKING:
    from redismanifests.plan import Budget, Plan

_WIDTH, _EDGE, _LINE = 960.0, 24.0, 18.0
_BAR_LEFT, _BAR_WIDTH, _BAR = 320.0, 520.0, 12.0
_CHARACTER = 7.4
"""Width of a character of the monospaced text, in pixels: 12 px high."""
# Okabe and Ito's palette, which colour-blind readers tell apart, a shade lighter on dark.
_LIGHT = (
    "--paper:#ffffff;--ink:#1b1f24;--soft:#57606a;--box:#f6f8fa;--grid:#d0d7de;--redis:#d55e00;--sentinel:#009e73;"
    "--part:#0072b2;--beyond:#e6b800;--fault:#b3261e"
)
_DARK = (
    "--paper:#0d1117;--ink:#e6edf3;--soft:#9aa4af;--box:#161b22;--grid:#39424d;--redis:#ff8c3b;--sentinel:#2cc295;"
    "--part:#4aa8e0;--beyond:#f2cc3d;--fault:#ff7b72"
)
_STYLE = (
    f".plan{{{_LIGHT};font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}}"
    f"@media(prefers-color-scheme:dark){{.plan{{{_DARK}}}}}@media print{{.plan{{{_LIGHT}}}}}"
    ".plan .paper{fill:var(--paper)}.plan text{fill:var(--ink);white-space:pre}.plan .soft{fill:var(--soft)}"
    ".plan .title{font-size:18px;font-weight:600}.plan .head{font-size:13px;font-weight:600}"
    ".plan .box{fill:var(--box);stroke:var(--grid)}.plan .redis{fill:var(--redis)}.plan .sentinel{fill:var(--sentinel)}"
    ".plan .part{fill:var(--part)}.plan .beyond{fill:var(--beyond);opacity:.75}.plan .fault{fill:var(--fault)}"
    ".plan .limit{stroke:var(--fault);stroke-width:2}.plan .lost{fill:none;stroke:var(--soft);stroke-dasharray:2 2}"
)


def plan_svg(plan: Plan) -> str:
    """One SVG document."""
    return tostring(_Drawing(plan).root, encoding="unicode") + "\n"


class _Drawing:
    """From top to bottom; ``self.y`` is where the next thing begins."""

    def __init__(self, plan: Plan) -> None:
        self.root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "plan", "role": "img"})
        title = f"{plan.name} in {plan.namespace}, Kubernetes {plan.kubernetes}"
        SubElement(self.root, "title").text = printable(title)
        SubElement(self.root, "style").text = _STYLE
        paper = SubElement(self.root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
        self.y = 40.0
        self.text(_EDGE, title, "title")
        self.y += 16
        self.pods(plan)
        self.services(plan)
        self.losses(plan)
        for budget in plan.budgets:
            self.budget(budget)
        self.lines("What the namespace has left", list(left_lines(plan)))
        self.lines(
            "Findings" if plan.findings else "Findings: none",
            [x for f in plan.findings for x in finding_lines(f)],
        )
        self.root.set("viewBox", f"0 0 {_WIDTH:g} {self.y:g}")
        self.root.set("width", f"{_WIDTH:g}")
        self.root.set("height", f"{self.y:g}")
        paper.set("height", f"{self.y:g}")

    def text(
        self, x: float, text: str, kind: str = "", *, anchor: str = "start", y: float | None = None
    ) -> None:
        place = {"x": f"{x:g}", "y": f"{self.y if y is None else y:g}", "text-anchor": anchor}
        SubElement(self.root, "text", place | ({"class": kind} if kind else {})).text = printable(text)

    def rect(self, x: float, y: float, width: float, height: float, kind: str) -> Element:
        size = {"x": x, "y": y, "width": width, "height": height, "rx": 3}
        return SubElement(
            self.root, "rect", {"class": kind} | {key: f"{value:.1f}" for key, value in size.items()}
        )

    def pods(self, plan: Plan) -> None:
        """A box a place, the n-th pod of each workload in the n-th."""
        columns = max(len(workload.pods) for workload in plan.workloads)
        widest = max(len(pod) for workload in plan.workloads for pod in workload.pods)
        width = max(150.0, widest * _CHARACTER + 44)
        in_a_row = max(1, int((_WIDTH - 2 * _EDGE + 12) // (width + 12)))
        height = 34 + 26.0 * len(plan.workloads)
        for first in range(0, columns, in_a_row):
            for n in range(first, min(first + in_a_row, columns)):
                x = _EDGE + (n - first) * (width + 12)
                self.rect(x, self.y, width, height, "box")
                self.text(x + 10, f"{place_name(plan)} {chr(ord('A') + n)}", "soft", y=self.y + 18)
                for row, workload in enumerate(plan.workloads):
                    if n < len(workload.pods):
                        y = self.y + 40 + 26.0 * row
                        self.rect(x + 10, y - 11, 12, 12, "sentinel" if row else "redis")
                        self.text(x + 30, workload.pods[n], y=y)
            self.y += height + 12
        self.y += 8
        for line in (spread_line(plan), *workload_lines(plan)):
            self.text(_EDGE, line, "soft")
            self.y += _LINE
        self.y += 8

    def services(self, plan: Plan) -> None:
        """Name, type and use of each."""
        self.head("Services")
        x = _EDGE + 20 + _CHARACTER * max(len(f"{door.name}:{door.port}") for door in plan.doors)
        for door in plan.doors:
            self.text(_EDGE, f"{door.name}:{door.port}")
            self.text(x, f"{door.type:<12}  {door.use}", "soft")
            self.y += _LINE
        self.y += 10

    def losses(self, plan: Plan) -> None:
        """A dot each: filled ones must stay."""
        self.head("What may be lost")
        for number, loss in enumerate(plan.losses):
            self.text(_EDGE, loss.what)
            for at in range(loss.there):
                place = {"cx": f"{_EDGE + 100 + at * 20:g}", "cy": f"{self.y - 4:g}", "r": "7"}
                stays = at < loss.there - loss.losable
                kind = ("redis" if number else "sentinel") if stays else "lost"
                SubElement(self.root, "circle", {"class": kind} | place)
            x = _EDGE + 110 + loss.there * 20
            self.text(x, f"{loss.losable} may be lost; with one more, {loss.then}")
            self.y += _LINE
            self.text(x, loss.rule, "soft")
            self.y += _LINE + 4
        self.y += 8

    def budget(self, budget: Budget) -> None:
        """Bars that begin where the one before ends, and the limit through all of them."""
        self.head(f"{budget.title}: {verdict(budget)}", "head" if budget.fits else "head fault")
        scale = max(budget.limit.amount, budget.used + sum(part.amount for part in budget.beyond)) or 1
        top, start = self.y - 12, 0
        parts = [("part", part) for part in budget.parts] + [("beyond", part) for part in budget.beyond]
        for kind, part in parts:
            self.text(_EDGE, part.name)
            x, width = (_BAR_WIDTH * amount / scale for amount in (start, part.amount))
            bar = self.rect(_BAR_LEFT + x, self.y - 10, max(width, 2), _BAR, kind)
            SubElement(bar, "title").text = f"{part.name}: {part.written}"
            self.text(_WIDTH - _EDGE, part.written, "soft", anchor="end")
            start += part.amount
            self.y += _LINE
        limit = _BAR_LEFT + _BAR_WIDTH * budget.limit.amount / scale
        place = {"x1": limit, "x2": limit, "y1": top, "y2": self.y - 4}
        SubElement(
            self.root, "line", {"class": "limit"} | {key: f"{value:.1f}" for key, value in place.items()}
        )
        self.text(_EDGE, budget.limit.name)
        self.text(_WIDTH - _EDGE, budget.limit.written, anchor="end")
        self.y += _LINE + 14

    def lines(self, title: str, lines: list[str]) -> None:
        """A chapter of text."""
        self.head(title)
        for line in lines:
            self.text(_EDGE, line)
            self.y += _LINE
        self.y += 10

    def head(self, title: str, kind: str = "head") -> None:
        """The title of a chapter."""
        self.text(_EDGE, title, kind)
        self.y += _LINE + 2
