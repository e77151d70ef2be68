"""Sums: the checksum file that says which files of a folder are ours.

Why it exists: ownership must survive git, be checked without us (``sha256sum -c SHA256SUMS``) and not be
applied by ``kubectl apply -f``, which reads every .yaml, .yml and .json. Lines have the binary mark
(``checksum *name``), which GNU, busybox and Perl's shasum accept alike and a plain ``sha256sum * >
SHA256SUMS`` does not write: so someone else's list of someone else's files is never taken for ours. A
comment as a mark would fail under busybox.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMS = "SHA256SUMS"

_LONGEST_NAME = 255  # bytes; NAME_MAX of every file system in use
_NAME = pattern(r"[a-z0-9][a-z0-9.-]*")
_LINE = pattern(rb"([0-9a-f]{64}) \*([!-~]+)")


def is_ours_to_name(name: str) -> bool:
    """Whether a rendering may hold a file of this name: no path, no dot-file, nothing a shell must quote."""
    # macOS does not distinguish upper and lower case.
    return bool(_NAME.fullmatch(name)) and len(name) <= _LONGEST_NAME and name != SUMS.lower()


def checksum(content: bytes) -> str:
    """SHA-256 in hexadecimal, as sha256sum prints it."""
    return hashlib.sha256(content).hexdigest()


def printed(files: Mapping[str, bytes]) -> bytes:
    """The checksum file of these files, sorted by name."""
    return "".join(f"{checksum(files[name])} *{name}\n" for name in sorted(files)).encode()


def parsed(content: bytes) -> dict[str, str]:
    """Name to checksum. Raises ValueError, whose text completes "SHA256SUMS ...", if it is not ours."""
    *lines, rest = content.split(b"\n")
    if rest or not lines:
        raise ValueError("is cut off, it does not end with a line" if lines or rest else "is empty")
    listed: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if not match:
            raise ValueError(f"line {number} is not of the form `checksum *name` that redismanifests writes")
        name = match[2].decode()
        if not is_ours_to_name(name):
            raise ValueError(f"line {number} lists {name!r}, which redismanifests never writes")
        if name in listed:
            raise ValueError(f"line {number} lists {name!r} a second time")
        listed[name] = match[1].decode()
    return listed
