"""Duration: a length of time with its unit (5s, 1m30s, 500ms), held as whole milliseconds.

Redis counts Sentinel timeouts in milliseconds, Kubernetes counts probes in seconds, and neither writes its
unit: here it is part of the value.
"""

from __future__ import annotations

import re
from typing import ClassVar, Self

from redismanifests.core.values.scalar import Refusal, Scalar, kind

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
_MILLISECOND, _HOUR = 10**6, 3600 * 10**9
_PART = r"([0-9]+\.?[0-9]*|\.[0-9]+)([^0-9.\s]+)"
# Go holds a duration in a signed 64-bit number of nanoseconds: 292 years.
_LONGEST = 2**63 - 1
_LONGEST_TEXT = 100
_DAYS = {"d": 1, "day": 1, "w": 7, "week": 7}
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
_WRITE = "write a number with its unit, such as {}"
_EXAMPLES = ("5s", "1m30s", "500ms")


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
            raise _refusal(text)
        nanoseconds, finer = 0, False
        for number, unit in re.findall(_PART, text):
            if unit not in _UNITS:
                raise _of_unit(text, number, unit)
            whole, _, places = number.partition(".")
            amount, rest = divmod(int(whole + places) * _UNITS[unit], 10 ** len(places))
            finer |= bool(rest)
            nanoseconds += amount
        if nanoseconds > _LONGEST:
            fact = f"{text} is longer than 292 years, the longest that Kubernetes can count"
            raise Refusal(fact, "write at most {}", str(cls(_LONGEST // _HOUR * _HOUR // _MILLISECOND)))
        milliseconds, rest = divmod(nanoseconds, _MILLISECOND)
        if rest or finer:
            around = (str(cls(milliseconds)), str(cls(milliseconds + 1)))
            raise Refusal(f"{text} is finer than a millisecond", "write {}", *around)
        return cls(milliseconds)

    @classmethod
    def read(cls, value: object) -> Self:
        """The duration of a YAML scalar; a bare number is refused, because no one can see its unit."""
        if isinstance(value, cls):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Refusal(f"{kind(value)} is no duration", _WRITE, *_EXAMPLES)
        if not isinstance(value, str) and value:
            raise _without_unit(str(value)[:_LONGEST_TEXT])
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
            fact = f"{self} is not a whole number of seconds, and Kubernetes counts here in seconds"
            raise Refusal(fact, "write {}", f"{seconds}s", f"{seconds + 1}s")
        return seconds


def _refusal(text: str) -> Refusal:
    if not text:
        return Refusal("it is empty", _WRITE, *_EXAMPLES)
    if len(text) > _LONGEST_TEXT:
        return Refusal(f"{len(text)} characters are no duration", _WRITE, *_EXAMPLES)
    if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", text):
        return _without_unit(text)
    if re.fullmatch(f"-(?:{_PART})+", text) and (meant := _read(text[1:])):
        return Refusal(f"{text} is negative", "write {}", *meant)
    joined = "".join(text.split())
    if joined != text and (meant := _read(joined)):
        return Refusal("a duration has no space in it", "write {}", *meant)
    return Refusal(f"{text!r} is no duration", _WRITE, *_EXAMPLES)


def _without_unit(number: str) -> Refusal:
    """A number alone: of seconds, or of milliseconds."""
    if number.startswith("-"):
        return Refusal(f"{number} has no unit and is negative", _WRITE, *_EXAMPLES)
    seconds = number[:-3] if re.fullmatch(r"[0-9]+000", number) else number
    meant = (*_read(f"{seconds}s"), *_read(f"{number}ms"))
    return Refusal(f"{number} has no unit", "write {}" if meant else _WRITE, *(meant or _EXAMPLES))


def _of_unit(text: str, number: str, unit: str) -> Refusal:
    if meant := _read(text):
        return Refusal(f"{unit} is no unit", "write {}", *meant)
    return Refusal(f"{unit!r} is no unit; the units are ms, s, m, h", _WRITE, *_EXAMPLES)


def _read(text: str) -> tuple[str, ...]:
    """What was probably meant by ``text``, where it is then a duration."""

    def part(match: re.Match[str]) -> str:
        unit = match[2].lower()
        one = unit if unit in _UNITS else unit.removesuffix("s")
        if one in _DAYS:
            return f"{format(float(match[1]) * _DAYS[one] * 24, 'f').rstrip('0').rstrip('.')}h"
        return match[1] + _MEANT.get(one, one)

    written = re.sub(_PART, part, text)
    if any(unit not in _UNITS for _, unit in re.findall(_PART, written)):
        return ()
    try:
        Duration.parse(written)
    except Refusal:
        return ()
    return (written,)
