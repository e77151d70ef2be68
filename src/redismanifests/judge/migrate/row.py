"""Row: what becomes of a key of a chart's values, and the value that describes a chart."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.judge.migrate.kinds import NOT_KEPT, PASSWORD_IN_VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.findings import FindingKind

Version = tuple[int, ...]


class Fate(StrEnum):
    """What becomes of a key of the input."""

    KEPT = "kept"
    UNNEEDED = "not needed"
    NO_EFFECT = "without effect"
    NOT_KEPT = "not kept"


class Shape(StrEnum):
    """How a deployment is built today."""

    SENTINEL = "Sentinel"
    REPLICATION = "replication without Sentinel"
    STANDALONE = "standalone"


class Row(NamedTuple):
    """What becomes of a key and of everything below it."""

    fact: str = ""
    """Its name in our own vocabulary (`facts.py`), where the profile may follow from it."""
    unneeded: str = ""
    """Why the profile needs nothing for it."""
    lost: str = ""
    """The sentence of a finding, where the profile has no equivalent."""
    fix: str = ""
    kind: FindingKind = NOT_KEPT


class Chart(NamedTuple):
    """A chart: its keys, its defaults by version, and which keys count in which shape."""

    name: str
    engine: str
    newest: str
    """The newest version whose defaults were read: a values file without a version is read as this one."""
    oldest: Version
    """Older ones have other keys."""
    keys: Mapping[str, Row]
    """Dotted path -> what becomes of it; `{pod}` is the section of the Redis pods. The longest path counts."""
    defaults: tuple[tuple[Version, Mapping[str, Any]], ...]
    """Defaults by the version since which they hold."""
    servers: tuple[tuple[Version, str], ...]
    """Version of the server by the version of the chart since which it is the default."""
    pods: Mapping[Shape, str]
    """The section of the pods that hold the master."""
    counts: Mapping[Shape, tuple[str, ...]]
    """Keys whose values add up to the number of pods; one where there are none."""
    twin: Mapping[Shape, str]
    """A second section of pods: what differs there is not kept, because all pods of a profile are alike."""
    idle: Mapping[Shape, Mapping[str, str]]
    """Sections that the chart does not read in a shape, with the reason."""
    sentinel: str = ""
    """Key that turns Sentinel on; empty where it always runs."""
    presets: tuple[str, ...] = ()
    """Versions before which some presets of resources were others, the oldest first."""


def fact(name: str) -> Row:
    """The profile may follow from it."""
    return Row(fact=name)


def unneeded(reason: str) -> Row:
    """Nothing is needed for it."""
    return Row(unneeded=reason)


def lost(sentence: str, fix: str = "decide whether it is needed", kind: FindingKind = NOT_KEPT) -> Row:
    """The profile has no equivalent."""
    return Row(lost=sentence, fix=fix, kind=kind)


def password(where: str) -> Row:
    """A password: it is named, and never read."""
    return lost(
        f"{where} is a password in a file",
        "put a new password into the Secret of auth.secretName; every reader of the file knows this one",
        PASSWORD_IN_VALUES,
    )


def version_of(text: str) -> Version:
    """The numbers at the beginning of a version: (23, 1, 1) of `v23.1.1-rc1`; none where there is no number."""
    numbers: list[int] = []
    for part in text.lstrip("v").split("."):
        digits = part[: next((at for at, c in enumerate(part) if not c.isdecimal()), len(part))]
        if not digits or len(digits) > 9:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)
