"""Log: what all containers said and what the engine saw, as one text by time; and the part around the fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.rehearse.result import Result

_BEFORE_S, _AFTER_S = 1.0, 15.0
_MOST_LINES = 200


def log_text(result: Result) -> str:
    """Every line, in seconds from the fault (from the beginning, where there was none)."""
    return "".join(f"{text}\n" for _, text in _lines(result))


def excerpt(result: Result) -> list[str]:
    """The lines from a second before the fault to a quarter of a minute after it; without a fault, the last ones."""
    lines = list(_lines(result))
    if result.fault_at is None:
        return [text for _, text in lines[-_MOST_LINES:]]
    return [text for at, text in lines if -_BEFORE_S <= at <= _AFTER_S][:_MOST_LINES]


def since_fault(result: Result) -> list[str]:
    """Every line from a second before the fault on: the reason for a delay is often logged late."""
    return [text for at, text in _lines(result) if result.fault_at is None or at >= -_BEFORE_S]


def _lines(result: Result) -> Iterator[tuple[float, str]]:
    zero = result.fault_at or result.began
    said = [(line.at, f"{line.pod}/{line.container}", line.text) for line in result.log]
    # Lines of the rehearsal itself begin with stars.
    seen = [(e.at, e.subject, f"*** {e.kind} {e.text}".rstrip()) for e in result.events]
    width = max((len(who) for _, who, _ in (*said, *seen)), default=0)
    for at, who, text in sorted((*said, *seen), key=lambda line: line[0]):
        yield at - zero, f"{at - zero:z9.3f} {who:<{width}} {printable(text)}".rstrip()
