"""Accounts: every leaf of a values tree, and what its chart's table says of it.

Out of scope: what follows for the profile (`convert`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.judge.migrate.charts.presets import PRESETS
from redismanifests.judge.migrate.facts import Account, Facts, Place, Said
from redismanifests.judge.migrate.kinds import NOT_KEPT
from redismanifests.judge.migrate.row import Fate, Shape, unneeded, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.findings import Document, Finding, Path
    from redismanifests.judge.migrate.row import Chart, Row, Version

SWITCHES = ("enabled", "create")
"""Keys that turn the section off that they are in."""
EMPTY = (None, "", False)
_POD = "{pod}"
_EMPTY_SECTION = unneeded("the section is empty")


class Tree(NamedTuple):
    """Values, and where they are in a document."""

    document: Document
    path: Path
    value: Any


class Leaf(NamedTuple):
    """A value without keys below it."""

    key: str
    value: Any
    place: Place


class Reading(NamedTuple):
    """What a chart's table says of some values."""

    shape: Shape
    facts: Facts
    accounts: list[Account]
    """Leaves whose fate is known; those of facts follow."""
    pending: list[tuple[Leaf, str]]
    """Leaves and the facts that they are part of."""
    findings: list[Finding]


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Every leaf; a list is one, and so is an empty mapping."""
    stack: list[tuple[Path, tuple[str, ...], Any]] = [(tree.path, (), tree.value)]
    while stack:
        path, keys, value = stack.pop()
        if isinstance(value, dict) and value:
            stack += [
                ((*path, key), (*keys, str(key)), inner) for key, inner in reversed(list(value.items()))
            ]
        elif keys:
            yield Leaf(".".join(keys), value, Place(tree.document, path))


def defaults_of(chart: Chart, version: Version) -> dict[str, Any]:
    """The defaults of a version by key."""
    found: dict[str, Any] = {}
    for since, values in chart.defaults:
        if since <= version:
            found |= values
    return found


def row_of(keys: Mapping[str, Row], key: str) -> tuple[str, Row] | None:
    """The longest key that is ``key`` or a section around it, and its row."""
    parts = key.split(".")
    for end in range(len(parts), 0, -1):
        found = ".".join(parts[:end])
        if found in keys:
            return found, keys[found]
    return None


def expanded(chart: Chart) -> dict[str, Row]:
    """The table with each section of pods in the place of `{pod}`."""
    sections = {*chart.pods.values(), *chart.twin.values()}
    return {
        key.replace(_POD, section): row
        for key, row in chart.keys.items()
        for section in (sections if _POD in key else ("",))
    }


def known_share(chart: Chart, tree: Tree) -> float:
    """How many of the leaves a chart knows, from 0 to 1."""
    table = expanded(chart)
    found = [row_of(table, leaf.key) is not None for leaf in leaves(tree)]
    return sum(found) / len(found) if found else 0.0


def shape_of(chart: Chart, effective: Mapping[str, Any]) -> Shape:
    """How the deployment is built."""
    if not chart.sentinel:
        return Shape.SENTINEL
    if effective.get("architecture") != "replication":
        return Shape.STANDALONE
    return Shape.SENTINEL if effective.get(chart.sentinel) is True else Shape.REPLICATION


def reading(chart: Chart, version: Version, trees: list[Tree]) -> Reading:
    """What the table of ``chart`` says of ``trees``; of two trees with the same key the last counts."""
    return _Reader(chart, version, trees).read()


class _Reader:
    def __init__(self, chart: Chart, version: Version, trees: list[Tree]) -> None:
        self.chart = chart
        self.table = expanded(chart)
        self.defaults = defaults_of(chart, version)
        self.before = next((each for each in chart.presets if version < version_of(each)), "")
        self.leaves = [leaf for tree in trees for leaf in leaves(tree)]
        self.last = {leaf.key: leaf for leaf in self.leaves}
        self.effective = self.defaults | {key: leaf.value for key, leaf in self.last.items()}
        self.shape = shape_of(chart, self.effective)
        self.read_ = Reading(self.shape, Facts(), [], [], [])
        self.reported: set[str] = set()

    def read(self) -> Reading:
        for leaf in self.leaves:
            self._leaf(leaf)
        for key, value in self.defaults.items():
            found = row_of(self.table, key)
            if key in self.last or found is None or not found[1].fact or self._idle(key) or self._off(key):
                continue
            if self._of_twin(key) is None:
                self._fact(found, key, Said(value, key, None, usual=True))
        return self.read_

    def _leaf(self, leaf: Leaf) -> None:
        key = leaf.key
        found = row_of(self.table, key)
        if (
            reason := self._again(leaf)
            or self._idle(key)
            or (found is None and self._unknown(key))
            or self._off(key)
        ):
            return self._account(leaf, Fate.NO_EFFECT, reason)
        row = found[1] if found is not None else _EMPTY_SECTION
        if row.unneeded or found is None:
            return self._account(leaf, Fate.UNNEEDED, row.unneeded)
        if (main := self._of_twin(key)) is not None and not row.lost:
            return self._twin(leaf, main)
        if not row.fact:
            return self._lost(leaf, found)
        said = Said(leaf.value, key, leaf.place, self._usual(key, leaf.value))
        self._fact(found, key, said)
        self.read_.pending.append((leaf, row.fact))
        return None

    def _again(self, leaf: Leaf) -> str:
        """Where another source sets the same key again."""
        last = self.last[leaf.key]
        if last is leaf:
            return ""
        document, path = last.place
        return f"{document.name}:{document.place(path)[0]} sets it again"

    def _account(self, leaf: Leaf, fate: Fate, text: str) -> None:
        self.read_.accounts.append(Account(leaf.place, leaf.key, fate, text))

    def _fact(self, found: tuple[str, Row], key: str, said: Said) -> None:
        """A value; what is below the key of the row is one mapping."""
        at, row = found
        if row.fact.endswith(".preset") and f"{said.value} before {self.before}" in PRESETS:
            said = said._replace(value=f"{said.value} before {self.before}")
        below = key[len(at) + 1 :]
        if not below:
            self.read_.facts.add(row.fact, said)
            return
        self.read_.facts.add(row.fact, said._replace(value={below: said.value}, key=at))

    def _lost(self, leaf: Leaf, found: tuple[str, Row]) -> None:
        at, row = found
        if leaf.value in EMPTY or leaf.value in ([], {}):
            return self._account(leaf, Fate.UNNEEDED, "it is empty, or off")
        self._account(leaf, Fate.NOT_KEPT, row.lost)
        if at not in self.reported:
            self.reported.add(at)
            document, path = leaf.place
            self.read_.findings.append(row.kind.at(document, path, f"{row.lost} ({at})", row.fix))
        return None

    def _twin(self, leaf: Leaf, main: str) -> None:
        if leaf.value == self.effective.get(main) or leaf.value in (*EMPTY, [], {}):
            return self._account(leaf, Fate.UNNEEDED, f"{main} holds for all pods")
        twin = leaf.key.partition(".")[0]
        fact = f"{twin}.* differs from {main.partition('.')[0]}.*, and all pods of a profile are alike"
        self._account(leaf, Fate.NOT_KEPT, f"{main} holds for all pods, each of which may become master")
        if twin not in self.reported:
            self.reported.add(twin)
            document, path = leaf.place
            fix = "size all pods for a master: each of them may become one"
            self.read_.findings.append(NOT_KEPT.at(document, path, f"{fact} ({leaf.key})", fix))
        return None

    def _idle(self, key: str) -> str:
        if key == self.chart.sentinel:
            return ""
        for section, reason in self.chart.idle.get(self.shape, {}).items():
            if key == section or key.startswith(f"{section}."):
                return reason
        return ""

    def _off(self, key: str) -> str:
        """Why the section of ``key`` is not in force, by its own switch or that of a section around it."""
        parts = key.split(".")
        for end in range(len(parts) - 1, 0, -1):
            section = ".".join(parts[:end])
            for switch in SWITCHES:
                name = f"{section}.{switch}"
                if key != name and self.effective.get(name) is False and name in self.table:
                    return f"{name} is false"
        return ""

    def _of_twin(self, key: str) -> str | None:
        """The key of the main section for one of the second section of pods."""
        twin, main = self.chart.twin.get(self.shape, ""), self.chart.pods[self.shape]
        name = key.removeprefix(f"{twin}.")
        if not twin or name == key:
            return None
        return f"{main}.{name}" if row_of(self.chart.keys, f"{_POD}.{name}") else None

    def _usual(self, key: str, value: Any) -> bool:
        default = self.defaults.get(key)
        return value == default or (isinstance(default, tuple) and value == list(default))

    def _unknown(self, key: str) -> str:
        from difflib import get_close_matches  # noqa: PLC0415 (only where a key is unknown)

        if any(each.startswith(f"{key}.") for each in self.table):
            return (
                ""
                if self.last[key].value in (*EMPTY, [], {})
                else f"{key} is a section, and this is one value"
            )
        top = key.partition(".")[0]
        sections = sorted({each.partition(".")[0] for each in self.table})
        near = [] if top in sections else get_close_matches(top, sections, n=1, cutoff=0.8)
        hint = f"; did someone mean {near[0]}?" if near else ""
        return f"{self.chart.name} has no such key{hint}"
