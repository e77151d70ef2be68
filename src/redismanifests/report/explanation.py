"""Explanation: what a finding means, as a page for a terminal, for docs and viewers, and for scripts.

What must not come in: printing, and what the text says.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.explanation import Explanation

_TIGHT_FENCE = re.compile(r"(?<=^Bad:)\n(?=```)|(?<=^Good:)\n(?=```)|(?<=^```)\n(?=\w)", re.MULTILINE)
"""Where a docstring sets a fence close to its heading, and Markdown's readers want a blank line."""
_WAIVABLE = {True: "May be waived in the profile, with a reason.", False: "Cannot be waived."}


def explanation_text(item: Explanation) -> str:
    """A page for a terminal."""
    title = f"{item.code}: {item.name} ({item.severity})"
    return f"{title}\n{'=' * len(title)}\n\n{item.text}\n\n{_WAIVABLE[item.waivable]}\n"


def explanation_markdown(item: Explanation, *, note: str = "") -> str:
    """The page of docs/findings, and what viewers show beside a finding; ``note`` stands under the title."""
    text = _TIGHT_FENCE.sub("\n\n", item.text)
    head = f"# {item.code}: {item.name}\n\n{note}{chr(10) if note else ''}"
    return f"{head}*{item.severity.capitalize()}.* {_WAIVABLE[item.waivable]}\n\n{text}\n"


def explanations_table(known: Iterable[Explanation]) -> str:
    """One line each: code, name, severity, and what it says first."""
    known = tuple(known)
    width = max(len(item.name) for item in known)
    rows = (f"{e.code}  {e.name:<{width}}  {e.severity:<7}  {e.text.splitlines()[0]}\n" for e in known)
    return "".join(rows)


def explanations_json(known: Iterable[Explanation]) -> str:
    """A list of explanations; `text` is Markdown."""
    rows = [
        {"code": e.code, "name": e.name, "severity": str(e.severity), "waivable": e.waivable, "text": e.text}
        for e in known
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
