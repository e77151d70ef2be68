"""Text: what reports that are no document yet share on a terminal."""

from __future__ import annotations

from redismanifests.core.sources.source import printable


def lines(text: str, margin: str = "") -> str:
    """``text`` with its lines, each after the first behind ``margin``, and nothing that could steer a terminal."""
    return f"\n{margin}".join(map(printable, text.split("\n")))


def painted(text: str, number: str, colour: bool) -> str:
    """``text`` in the colour of an SGR ``number``, where there is colour."""
    return f"\x1b[{number}m{text}\x1b[0m" if colour else text
