"""Checksum of the files in a ConfigMap: the pod template has it, so that a change restarts the pods."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def checksum(texts: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, of names and contents, sorted by name."""
    parts = "\0".join(part for name in sorted(texts) for part in (name, texts[name]))
    return hashlib.sha256(parts.encode()).hexdigest()
