"""Effective: all values of a profile, defaults included, with the origin of each value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from redismanifests.core.setting import Section
from redismanifests.core.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.sources.source import Source
    from redismanifests.profile.model import Profile

Origin = Literal["profile", "default", "computed"]


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """One setting: its value as plain data, where it came from and why."""

    path: Path
    value: Any
    origin: Origin
    line: int
    why: str


def effective(profile: Profile, source: Source) -> Iterator[EffectiveSetting]:
    """Every setting of ``profile``, in the order of docs/profile.md; ``line`` is 0 if the profile does not set it."""
    yield from _section(profile, (), source)


def _section(section: Section, path: Path, source: Source) -> Iterator[EffectiveSetting]:
    for name, declared in section.settings.items():
        here = (*path, declared.alias)
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from _section(value, here, source)
            continue
        written = source.has(here)
        origin: Origin = "profile" if written else "computed" if declared.computed else "default"
        line = source.place(here, at_key=True)[0] if written else 0
        yield EffectiveSetting(here, _plain(value), origin, line, "" if written else declared.why)


def _plain(value: Any) -> Any:
    if isinstance(value, Scalar):
        return str(value)
    if isinstance(value, Section):
        return value.plain(without_none=True)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
