"""Facts: what a deployment is today, in our own words, each with the key that it comes from.

A chart's table gives names to keys; live objects give the same names. What follows from a fact for the profile is in
`convert`, once for all charts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Document, Finding, FindingKind, Path
    from redismanifests.judge.migrate.row import Fate


class Said(NamedTuple):
    """One value of a fact."""

    value: Any
    key: str
    """The key of the chart, or the field of the object."""
    where: Place | None = None
    """None for a default of the chart."""
    usual: bool = False
    """Whether it is the chart's default, written out or not."""
    live: bool = False


class Place(NamedTuple):
    """A value in a document."""

    document: Document
    path: Path


class Account(NamedTuple):
    """What became of one leaf of the input."""

    place: Place
    key: str
    fate: Fate
    text: str
    """The settings that it is in, or the reason."""


class Line(NamedTuple):
    """A line of the profile."""

    value: Any
    comment: str


@dataclass
class Facts:
    """All that is known of today's deployment."""

    said: dict[str, list[Said]] = field(default_factory=dict)

    def add(self, name: str, said: Said) -> None:
        """One more value."""
        self.said.setdefault(name, []).append(said)

    def get(self, name: str) -> Said | None:
        """The value that counts: a live one before one of a file, that before a default; then the narrower key."""
        found = [each for each in self.said.get(name, ()) if each.value not in (None, "", {}, [])]
        best = max(found, key=_rank, default=None)
        if best is not None and isinstance(best.value, dict):
            parts = [each.value for each in found if each.key == best.key and isinstance(each.value, dict)]
            return best._replace(value={key: value for part in parts for key, value in part.items()})
        return best

    def value(self, name: str, default: Any = None) -> Any:
        """The value that counts, or ``default``."""
        found = self.get(name)
        return default if found is None else found.value

    def on(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.value(name) is True

    def chosen(self, name: str) -> Said | None:
        """The value that counts, if a person chose it: it differs from the chart's default."""
        found = self.get(name)
        return None if found is None or found.usual else found

    def below(self, prefix: str) -> Iterator[tuple[str, Said]]:
        """Facts whose name begins with ``prefix`` and that have a value."""
        for name in list(self.said):
            if name.startswith(prefix) and (found := self.get(name)):
                yield name, found


def _rank(said: Said) -> tuple[bool, bool, int]:
    return (said.live, said.where is not None, said.key.count("."))


class Ending(NamedTuple):
    """What became of a fact."""

    fate: Fate
    text: str


@dataclass
class Draft:
    """What was decided so far: lines of the profile, what became of each fact, and findings."""

    lines: dict[tuple[str, ...], Line] = field(default_factory=dict)
    endings: dict[str, Ending] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    waivers: list[tuple[str, str, str]] = field(default_factory=list)
    """Code, path and reason."""

    def write(self, path: str, value: Any, comment: str) -> None:
        """A line of the profile."""
        self.lines[tuple(path.split("."))] = Line(value, comment)

    def end(self, name: str, fate: Fate, text: str) -> None:
        """What became of a fact."""
        self.endings[name] = Ending(fate, text)

    def find(self, kind: FindingKind, said: Said | None, fact: str, fix: str) -> None:
        """A finding at the value that it is about."""
        where = said.where if said else None
        document, path = (where.document, where.path) if where else (None, ())
        self.findings.append(kind.at(document, path, fact, fix))
