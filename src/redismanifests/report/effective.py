"""Effective: the effective profile as a table for people, or as JSON.

What must not come in: printing, and where a value comes from.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.effective import EffectiveSetting

_WIDEST = 44
"""Columns of a value; a longer one pushes its origin to the right."""


def effective_text(settings: Iterable[EffectiveSetting], *, colour: bool = False) -> str:
    """One line a setting: path, value, origin; a blank line between sections."""
    rows = [(".".join(map(str, s.path)), _shown(s.value), s) for s in settings]
    width = max(len(path) for path, _, _ in rows)
    lines: list[str] = []
    section: object = None
    for path, value, setting in rows:
        top = setting.path[0] if len(setting.path) > 1 else None
        if lines and top != section:
            lines.append("")
        section = top
        lines.append(f"{path:<{width}}  {value:<{_WIDEST}}  {_origin(setting, colour)}".rstrip())
    return "\n".join(lines) + "\n"


def effective_json(settings: Iterable[EffectiveSetting]) -> str:
    """A list of settings: path, value, origin, line (0: not written), why."""
    rows = [
        {
            "path": ".".join(map(str, s.path)),
            "value": s.value,
            "origin": s.origin,
            "line": s.line,
            "why": s.why,
        }
        for s in settings
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _origin(setting: EffectiveSetting, colour: bool) -> str:
    if setting.origin == "profile":
        text = f"profile, line {setting.line}"
        return f"\x1b[32m{text}\x1b[0m" if colour else text
    return f"{setting.origin}: {setting.why}" if setting.why else setting.origin
