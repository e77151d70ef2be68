"""Seal: the checksum of a report's text in the report, so that only an unedited report is replaced.

Why: a report is one file of any name, in a folder of someone else; without a list beside it, only its own text can say
whose it is. What was edited is no longer ours.
"""

from __future__ import annotations

import hashlib
import re

_COMMENT = re.compile(r"<!-- Written by redismanifests; sha256 of the text above: ([0-9a-f]{64}) -->\n\Z")
_KEY = re.compile(r',\n  "sha256": "([0-9a-f]{64})"\n}\n\Z')
_END = "\n}\n"


def sealed(text: str) -> str:
    """``text`` with its checksum: a last key of a JSON object, a last comment of anything else."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if text.startswith("{") and text.endswith(_END):
        return f'{text.removesuffix(_END)},\n  "sha256": "{digest}"{_END}'
    return f"{text}<!-- Written by redismanifests; sha256 of the text above: {digest} -->\n"


def ours(content: bytes) -> bool:
    """Whether this is a sealed text that no one changed."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    if found := _COMMENT.search(text):
        before = text[: found.start()]
    elif found := _KEY.search(text):
        before = text[: found.start()] + _END
    else:
        return False
    return hashlib.sha256(before.encode()).hexdigest() == found[1]
