"""Setting: what the objects of others set for Sentinel and Redis, read from the lines of their configuration.

Charts write these lines into ConfigMaps, scripts and arguments; the words are Redis' own everywhere. A value that is
computed when the container starts is not known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import lines

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOST = r"(?P<host>[^\s\"']+|\"\S+|'\S+)"
_MONITOR = pattern(
    rf"monitor[\s\"',]+(?P<master>[\w.${{}}-]+)[\s\"',]+{_HOST}[\s\"',]+(?P<port>[^\s\"']+|\"\S+)[\s\"',]+(?P<quorum>\d+)"
)
DOWN_AFTER_DEFAULT_MS = 30_000
"""SENTINEL_DEFAULT_DOWN_AFTER (sentinel.c)."""


class Watch(NamedTuple):
    """How the Sentinels watch their master; what is not written, or is computed at the start, is None."""

    master: str | None
    quorum: int | None
    down_after_ms: int
    down_after_written: bool
    resolves_names: bool
    monitored: str | None
    """The host of the ``monitor`` line, as it is written."""
    failover_timeout_ms: int | None = None
    parallel_syncs: int | None = None


def watch(texts: Iterable[str]) -> Watch:
    """Read the lines for Sentinel."""
    text = "\n".join(line for each in texts for line in lines(each))
    monitor = _MONITOR.search(text)
    down = _number(text, "down-after-milliseconds")
    named = [monitor["master"]] if monitor else []
    named += re.findall(r"sentinel[ \t]+down-after-milliseconds[ \t]+(\S+)[ \t]+\d", text)
    quorum = re.search(r"\bQUORUM=[\"']?(\d+)", text)
    return Watch(
        master=next((each for each in named if not set("${}%") & set(each)), None),
        quorum=int(monitor["quorum"]) if monitor else int(quorum[1]) if quorum else None,
        down_after_ms=DOWN_AFTER_DEFAULT_MS if down is None else down,
        down_after_written=down is not None,
        resolves_names=bool(re.search(r"resolve-hostnames[\s\"',]+yes", text)),
        monitored=monitor["host"].strip("\"'") if monitor else None,
        failover_timeout_ms=_number(text, "failover-timeout"),
        parallel_syncs=_number(text, "parallel-syncs"),
    )


def _number(text: str, directive: str) -> int | None:
    """The number after a directive and a master's name."""
    found = re.search(rf"{directive}[\s\"',]+(?:[^\s\"',]+[\s\"',]+)?(\d+)\b", text)
    return int(found[1]) if found else None


def directive(texts: Iterable[str], name: str) -> str | None:
    """The last value of a directive of redis.conf, in a line of its own or as ``--name value``; None if nowhere."""
    begins = rf"(?:^[ \t]*|--){re.escape(name)}"
    line = re.compile(
        rf"{begins}(?:[ \t]+(?:\"\"|'')|[\s\"',]+([^\n#\"',]+?)[ \t]*(?:[\"',#]|--|$))", re.MULTILINE
    )
    found = [match[1] or "" for text in texts for match in line.finditer(text)]
    return found[-1].strip() if found else None
