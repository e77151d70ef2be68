"""Svg: the screen of a document as a picture for a wiki: its lines in letters of one width, its bars as bars.

Colour is never the only sign: what it shows is also written in words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from redismanifests.core.sources.source import printable
from redismanifests.present.document import Tone, spans
from redismanifests.present.palette import colours
from redismanifests.present.writers.text import screen_lines

if TYPE_CHECKING:
    from redismanifests.present.document import Document, Text
    from redismanifests.present.writers import Terminal

_LINE, _CHARACTER, _EDGE = 16.0, 7.2, 20.0
"""Pixels of a line, of a character of a font that is 12 px high, and of the margin."""
_BARS = {"█": "bar", "░": "beyond"}
_BAR = re.compile("█+|░+")
_TONES = {Tone.GOOD: "good", Tone.BAD: "bad", Tone.OPEN: "open", Tone.FAINT: "soft", Tone.HEAD: "head"}
_STYLE = (
    f"{colours('.doc')}"
    ".doc{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}"
    ".doc .paper{fill:var(--paper)}.doc text{fill:var(--ink);white-space:pre}.doc .soft{fill:var(--soft)}"
    ".doc .head{font-weight:600}.doc .good{fill:var(--good)}.doc .bad{fill:var(--fault)}"
    ".doc .open{fill:var(--open)}.doc .bar{fill:var(--replica)}.doc .beyond{fill:var(--loading)}"
)


def write(document: Document, _: Terminal) -> str:
    """One SVG document."""
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "doc", "role": "img"})
    SubElement(root, "title").text = printable(document.title)
    SubElement(root, "style").text = _STYLE
    paper = SubElement(root, "rect", {"class": "paper", "width": "100%"})
    lines = list(screen_lines(document))
    columns = max((_line(root, line, number) for number, line in enumerate(lines)), default=0)
    width, height = 2 * _EDGE + columns * _CHARACTER, 2 * _EDGE + len(lines) * _LINE
    root.attrib |= {"viewBox": f"0 0 {width:g} {height:g}", "width": f"{width:g}", "height": f"{height:g}"}
    paper.set("height", f"{height:g}")
    return tostring(root, encoding="unicode") + "\n"


def _line(root: Element, line: Text, number: int) -> int:
    """Draw a line; its columns."""
    y, column = _EDGE + (number + 0.75) * _LINE, 0
    for part in spans(line):
        text = printable(part.text)
        for found in _BAR.finditer(text):
            x, width = column + found.start(), len(found[0])
            size = {"x": x * _CHARACTER + _EDGE, "y": y - 10, "width": width * _CHARACTER, "height": 12}
            kind = _BARS[found[0][0]]
            SubElement(root, "rect", {"class": kind} | {key: f"{value:g}" for key, value in size.items()})
        # A word at a time, each in its own column: no font decides where the next one begins.
        for found in re.finditer(r"[^\s█░]+( [^\s█░]+)*", text):
            place = {"x": f"{(column + found.start()) * _CHARACTER + _EDGE:g}", "y": f"{y:g}"}
            kind = _TONES.get(part.tone, "")
            SubElement(root, "text", place | ({"class": kind} if kind else {})).text = found[0]
        column += len(text)
    return column
