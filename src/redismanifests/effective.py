"""Effective: the whole profile as it holds, with where each value came from.

What must not come in: how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from redismanifests.core.scalar import Scalar
from redismanifests.core.setting import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.source import Source
    from redismanifests.profile import Profile

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
    """Every setting of ``profile``, in the order of the reference; ``line`` is 0 for what is not written."""
    yield from _section(profile, (), source)


def _section(section: Section, path: Path, source: Source) -> Iterator[EffectiveSetting]:
    for name, field in type(section).model_fields.items():
        here = (*path, field.alias or name)
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from _section(value, here, source)
            continue
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        written = source.has(here)
        origin: Origin = "profile" if written else "computed" if extra.get("x-computed") else "default"
        line = source.place(here, at_key=True)[0] if written else 0
        yield EffectiveSetting(
            here, _plain(value), origin, line, "" if written else str(extra.get("x-why", ""))
        )


def _plain(value: Any) -> Any:
    if isinstance(value, Scalar):
        return str(value)
    if isinstance(value, Section):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
