"""Pattern: a regular expression that is compiled when it is first used.

Fifty of them, most for texts that a run never meets, took a tenth of a render's start.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Pattern:
    """Becomes the compiled one: what is asked of it once is an attribute from then on."""

    def __init__(self, text: object, flags: int) -> None:
        self._made_of = text, flags

    def __getattr__(self, name: str) -> Any:
        text, flags = self._made_of
        asked = getattr(re.compile(cast("str", text), flags), name)
        setattr(self, name, asked)
        return asked


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, later; what is wrong with ``text`` is raised at the first use, so tests use every one."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))
