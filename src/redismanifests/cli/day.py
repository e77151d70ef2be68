"""Day: which day it is, for what ends or grows old: the clock's, or the one that SOURCE_DATE_EPOCH names."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from redismanifests.errors import RedismanifestsError

VARIABLE = "SOURCE_DATE_EPOCH"
"""Seconds since 1970, by which builds are made the same on any day (reproducible-builds.org)."""


def today() -> str:
    """The day as YYYY-MM-DD; raises RedismanifestsError where the variable holds no day."""
    from redismanifests.core.sources.source import printable

    given = os.environ.get(VARIABLE)
    if not given:
        return date.today().isoformat()
    try:
        if not (given.isascii() and given.isdigit()):
            raise ValueError
        return datetime.fromtimestamp(int(given), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        fact = f"{VARIABLE} is no number of seconds since 1970: {printable(given)[:40]}"
        raise RedismanifestsError(fact, "set it to what date +%s prints, or remove it") from None
