"""Checksum of the files in a ConfigMap: the pod template has it, so that a change restarts the pods."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def checksum(texts: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, of names and contents, sorted by name."""
    return _summed(tuple(sorted(texts.items())))


@lru_cache(maxsize=4)  # a ConfigMap is summed when it is rendered and when it is judged
def _summed(texts: tuple[tuple[str, str], ...]) -> str:
    return hashlib.sha256("\0".join(part for each in texts for part in each).encode()).hexdigest()
