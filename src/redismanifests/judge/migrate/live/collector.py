"""Collector: facts, accounts and findings of objects, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.source import printable
from redismanifests.judge.migrate.accounts import Leaf, row_of
from redismanifests.judge.migrate.facts import Account, Facts, Place, Said
from redismanifests.judge.migrate.kinds import NOT_KEPT
from redismanifests.judge.migrate.row import Fate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.findings import Document, Finding, FindingKind, Path
    from redismanifests.core.object import Object
    from redismanifests.judge.migrate.live.usual import Usual
    from redismanifests.judge.migrate.row import Row

EMPTY: tuple[object, ...] = (None, "", [], {})
_FEW = 4
"""Fields without an equivalent that one finding names."""


class Item(NamedTuple):
    """An object, and where it is."""

    document: Document
    path: Path
    value: Object

    @property
    def kind(self) -> str:
        """As it is written."""
        return str(self.value["kind"])

    @property
    def name(self) -> str:
        """Of the object."""
        return str(self.value["metadata"]["name"])

    @property
    def title(self) -> str:
        """For messages: kind and name."""
        return printable(f"{self.kind} {self.name}")

    def place(self, steps: Path = ()) -> Place:
        """A place in the object."""
        return Place(self.document, (*self.path, *steps))


class Collector:
    """What is known so far."""

    def __init__(self, usual: Usual) -> None:
        """With what the chart of the objects has by default."""
        self.usual = usual
        self.facts = Facts()
        self.accounts: list[Account] = []
        self.pending: list[tuple[Leaf, str]] = []
        self.findings: list[Finding] = []
        self.passwords: frozenset[str] = frozenset()
        """Variables whose value is a password, by the lines of scripts that use them."""
        self._lost: dict[tuple[str, str], int] = {}

    def account(self, item: Item, steps: Path, fate: Fate, text: str) -> None:
        """What became of everything at a place."""
        self.accounts.append(Account(item.place(steps), key_of(item, steps), fate, text))

    def fact(
        self, item: Item, steps: Path, name: str, value: Any, *, counted: bool = True, word: str = ""
    ) -> None:  # fmt: skip
        """A value of a fact; ``counted``: what became of it is what becomes of the fact.

        ``word`` is the directive of a text that has several.
        """
        key = f"{key_of(item, steps)} ({word})" if word else key_of(item, steps)
        place = item.place(steps)
        said = Said(value, key, place, self.usual.is_default(name, value), live=True)
        self.facts.add(name, said)
        if counted:
            self.pending.append((Leaf(key, value, place), name))

    def find(self, item: Item, steps: Path, kind: FindingKind, fact: str, fix: str) -> None:
        """A finding at a place."""
        place = item.place(steps)
        self.findings.append(kind.at(place.document, place.path, fact, fix))

    def lost(
        self, item: Item, steps: Path, sentence: str, fix: str = "decide whether it is needed",
        kind: FindingKind = NOT_KEPT,
    ) -> None:  # fmt: skip
        """Something without an equivalent: once as a finding for each object, each time as an account."""
        self.account(item, steps, Fate.NOT_KEPT, sentence)
        key = (item.title, sentence)
        self._lost[key] = self._lost.get(key, 0) + 1
        if self._lost[key] == 1:
            self.find(item, steps, kind, f"{key_of(item, steps)}: {sentence}", fix)

    def row(self, item: Item, steps: Path, row: Row, value: Any) -> None:
        """What a table says of a value."""
        if row.unneeded:
            self.account(item, steps, Fate.UNNEEDED, row.unneeded)
        elif value in EMPTY or (value is False and row.lost):
            self.account(item, steps, Fate.UNNEEDED, "it is empty, or off")
        elif row.fact:
            self.fact(item, steps, row.fact, value)
        else:
            self.lost(item, steps, row.lost, row.fix, row.kind)

    def walk(self, item: Item, steps: Path, value: Any, table: Mapping[str, Row], key: str = "") -> None:
        """Account for everything below ``value`` by a table, whose keys begin at ``value``."""
        for name, inner in value.items():
            at = f"{key}.{name}" if key else str(name)
            here = (*steps, name)
            deeper = any(each.startswith(f"{at}.") for each in table)
            if deeper and isinstance(inner, dict) and inner:
                self.walk(item, here, inner, table, at)
            elif (found := row_of(table, at)) is not None:
                self.row(item, here, found[1], inner)
            else:
                self.lost(item, here, "a field that has no equivalent in a profile")


def _name(entry: Any) -> str:
    """Of an entry of a list; empty if it has none."""
    if not isinstance(entry, dict):
        return ""
    found = entry.get("name") or (entry.get("metadata") or {}).get("name")
    return found if isinstance(found, str) else ""


def key_of(item: Item, steps: Path) -> str:
    """``StatefulSet redis-node: spec.replicas``; an entry of a list by its name."""
    words: list[str] = []
    value: Any = item.value
    for step in steps:
        value = value[step]
        words.append(str(_name(value) if isinstance(step, int) else step) or str(step))
    return printable(f"{item.title}: {'.'.join(words)}" if words else item.title)
