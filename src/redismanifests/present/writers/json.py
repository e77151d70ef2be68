"""Json: the values of a document, for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.present.document import Document
    from redismanifests.present.writers import Terminal


def write(document: Document, _: Terminal) -> str:
    """One JSON document."""
    return json_text(document.data)


def json_text(data: object) -> str:
    """``data`` as JSON; control characters of a terminal are escaped; lines stay lines."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    if not text.replace("\n", "").isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    return f"{text}\n"
