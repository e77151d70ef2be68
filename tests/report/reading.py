"""How the readers of a report read it: a browser, an HTML parser, a CI server."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = 'a|b <script>alert(1)</script> "\x1b[31m" & `c` \ud7ff]]> **d**\u202e'


class Page(HTMLParser):
    """What a browser would fetch or run, and whether every element is closed."""

    VOID = frozenset({"meta", "br", "hr", "img", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.references: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "srcset", "action", "data", "poster", "xlink:href"):
                self.references.add(value or "")
            if name == "id":
                self.ids.append(value or "")
            assert not name.startswith("on")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page_of(html: str) -> Page:
    """The parsed page, whole in itself: nothing is fetched or run, all is closed, every link leads somewhere."""
    page = Page()
    page.feed(html)
    assert page.open == []
    assert not page.tags & {"script", "iframe", "img", "link", "object", "embed", "base"}
    assert not re.search(r"url\(|@import|expression\(", html)
    assert len(page.ids) == len(set(page.ids))
    assert page.references <= {f"#{name}" for name in page.ids}
    return page


_CASE = ("failure", "error", "skipped", "system-out", "system-err")
ELEMENTS = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), ("testsuite",)),
    "testsuite": (
        {"time", "skipped", "timestamp", "hostname", "id", "package"},
        {"name", "tests", "failures", "errors"},
        ("properties", "testcase"),
    ),
    "properties": (set(), set(), ("property",)),
    "property": (set(), {"name", "value"}, ()),
    "testcase": ({"time", "classname", "group"}, {"name"}, _CASE),
    "skipped": ({"message", "type"}, set(), ()),
    "failure": ({"message", "type"}, set(), ()),
    "system-out": (set(), set(), ()),
}
"""What Jenkins' schema for JUnit allows: attributes, attributes that must be there, elements inside."""


def junit_of(text: str) -> ElementTree.Element:
    """The parsed document, as Jenkins' schema has it."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        allowed, needed, inside = ELEMENTS[element.tag]
        assert needed <= set(element.attrib) <= needed | allowed
        assert {child.tag for child in element} <= set(inside)
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))
    return root


_CHROMIUM = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *(
        "--hide-scrollbars",
        "--window-size=1100,2000",
        "--enable-logging=stderr",
        "--virtual-time-budget=2000",
    ),
)


def browsed(chromium: str, html: bytes, folder: Path, *options: str) -> list[str]:
    """What a browser complains of while it shows the page, and keeps it as picture.png."""
    (folder / "page.html").write_bytes(html)
    picture = folder / "picture.png"
    own = (f"--user-data-dir={folder / 'profile'}", f"--screenshot={picture}", *options)
    done = subprocess.run(
        [chromium, *_CHROMIUM, *own, (folder / "page.html").as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert picture.stat().st_size > 5_000
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]
