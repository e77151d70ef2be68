"""Duration: a length of time with its unit (5s, 1m30s, 500ms), held as whole milliseconds.

Redis counts Sentinel timeouts in milliseconds, Kubernetes counts probes in seconds, and neither writes its
unit: here it is part of the value.
"""

from __future__ import annotations

import re
from typing import ClassVar, Self

from redismanifests.core.values.scalar import Scalar, kind

# Go's time.ParseDuration (https://pkg.go.dev/time#ParseDuration), in nanoseconds.
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_MILLISECOND = 10**6
_PART = r"([0-9]+\.?[0-9]*|\.[0-9]+)([^0-9.\s]+)"
# Go holds a duration in a signed 64-bit number of nanoseconds: 292 years.
_LONGEST = 2**63 - 1
_LONGEST_TEXT = 100
_MEANT = {
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hour": "h",
    "hr": "h",
    "msec": "ms",
    "milli": "ms",
    "millisecond": "ms",
}
_WRITE = "write a number with its unit, such as 5s, 1m30s or 500ms"


class Duration(Scalar):
    """A length of time, in milliseconds; never negative."""

    __slots__ = ("milliseconds",)

    milliseconds: int

    json_schema: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": r"^(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h))+)$",
        "examples": ["5s", "1m30s", "500ms"],
    }

    def __init__(self, milliseconds: int) -> None:
        """Of so many milliseconds."""
        object.__setattr__(self, "milliseconds", milliseconds)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The duration that Go's ``time.ParseDuration`` reads; ValueError if negative or finer than 1ms."""
        if text == "0":
            return cls(0)
        if not re.fullmatch(f"(?:{_PART})+", text) or len(text) > _LONGEST_TEXT:
            raise ValueError(_hint(text))
        nanoseconds = 0
        for number, unit in re.findall(_PART, text):
            if unit not in _UNITS:
                raise ValueError(_unit_hint(number, unit))
            whole, _, places = number.partition(".")
            amount, rest = divmod(int(whole + places) * _UNITS[unit], 10 ** len(places))
            if rest:
                raise ValueError(f"{text} is finer than a millisecond: write whole milliseconds")
            nanoseconds += amount
        if nanoseconds > _LONGEST:
            raise ValueError(f"{text} is longer than 292 years, the longest that Kubernetes can count")
        if nanoseconds % _MILLISECOND:
            raise ValueError(f"{text} is finer than a millisecond: write whole milliseconds")
        return cls(nanoseconds // _MILLISECOND)

    @classmethod
    def read(cls, value: object) -> Self:
        """The duration of a YAML scalar; a bare number is refused, because no one can see its unit."""
        if isinstance(value, cls):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"a duration is a string such as 5s, not {kind(value)}")
        if not isinstance(value, str) and value:
            raise ValueError(_bare_hint(repr(value)[:_LONGEST_TEXT]))
        return cls.parse(value.strip() if isinstance(value, str) else "0")

    def __str__(self) -> str:
        """Canonical: h, m and s without empty parts, ms below a second (``1m30s``, ``1.5s``, ``500ms``)."""
        if self.milliseconds < 1000:
            return f"{self.milliseconds}ms" if self.milliseconds else "0s"
        minutes, rest = divmod(self.milliseconds, 60_000)
        hours, minutes = divmod(minutes, 60)
        seconds = f"{rest // 1000}.{rest % 1000:03d}".rstrip("0").rstrip(".") if rest else ""
        parts = ((str(hours or ""), "h"), (str(minutes or ""), "m"), (seconds, "s"))
        return "".join(number + unit for number, unit in parts if number)

    def __lt__(self, other: Duration) -> bool:
        """By length."""
        return self.milliseconds < other.milliseconds

    def __le__(self, other: Duration) -> bool:
        """By length."""
        return self.milliseconds <= other.milliseconds

    def __gt__(self, other: Duration) -> bool:
        """By length."""
        return self.milliseconds > other.milliseconds

    def __ge__(self, other: Duration) -> bool:
        """By length."""
        return self.milliseconds >= other.milliseconds

    @property
    def whole_seconds(self) -> int:
        """Seconds, for the fields of Kubernetes that count in them; ValueError where that would round."""
        seconds, rest = divmod(self.milliseconds, 1000)
        if rest:
            raise ValueError(
                f"{self} is not a whole number of seconds, and Kubernetes counts here in seconds:"
                f" write {seconds}s or {seconds + 1}s"
            )
        return seconds


def _hint(text: str) -> str:
    if not text:
        return f"it is empty: {_WRITE}"
    if len(text) > _LONGEST_TEXT:
        return f"{len(text)} characters are no duration: {_WRITE}"
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return _bare_hint(text)
    if re.fullmatch(f"-(?:{_PART})+", text):
        return f"{text} is before its beginning: write a duration of zero or more"
    joined = "".join(text.split())
    if joined != text and re.fullmatch(f"(?:{_PART})+", joined):
        return f"a duration has no space in it: write {_mended(joined)}"
    return f"{text!r} is no duration: {_WRITE}"


def _bare_hint(number: str) -> str:
    if re.fullmatch(r"[0-9]+000", number):
        return f"{number} has no unit: write {number[:-3]}s or {number}ms"
    return f"{number} has no unit: write {number}s or {number}ms"


def _unit_hint(number: str, unit: str) -> str:
    if unit in {"d", "day", "days"} and "." not in number:
        return f"{unit} is no unit: write {int(number) * 24}h"
    mended = _mended(number + unit)
    if mended != number + unit:
        return f"{unit} is no unit: write {mended}"
    return f"{unit!r} is no unit: the units are ms, s, m, h"


def _mended(text: str) -> str:
    def part(match: re.Match[str]) -> str:
        unit = match[2].lower()
        return match[1] + (unit if unit in _UNITS else _MEANT.get(unit.removesuffix("s"), unit))

    return re.sub(_PART, part, text)
