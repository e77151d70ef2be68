"""Effective: every setting of a profile, with its value and where it comes from."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Run, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.present.document import Text
    from redismanifests.profile.effective import EffectiveSetting

_WIDEST = 44
"""Columns of a value; a longer one pushes its origin to the right."""


def effective(settings: Sequence[EffectiveSetting]) -> Document:
    """A line a setting, sections apart; as JSON a list, in which line 0 means that it is not written."""
    width = max((len(_path(each)) for each in settings), default=0)
    sections = groupby(settings, key=lambda each: each.path[0] if len(each.path) > 1 else None)
    return Document(
        screen=[Lines([_line(each, width) for each in found]) for _, found in sections],
        data=[
            {
                "path": _path(each),
                "value": each.value,
                "origin": each.origin,
                "line": each.line,
                "why": each.why,
            }
            for each in settings
        ],
    )


def _path(setting: EffectiveSetting) -> str:
    return ".".join(map(str, setting.path))


def _line(setting: EffectiveSetting, width: int) -> Text:
    return (f"{_path(setting):<{width}}  {_shown(setting.value):<{_WIDEST}}  ", _origin(setting))


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _origin(setting: EffectiveSetting) -> Run:
    if setting.origin == "profile":
        return Run(f"profile, line {setting.line}", Tone.GOOD)
    return Run(f"{setting.origin}: {setting.why}" if setting.why else setting.origin)
