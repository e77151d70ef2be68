"""Cron: a schedule of five fields, as a CronJob takes it, and the longest time between two of its runs.

Grammar: robfig/cron v3, ParseStandard, which the API server validates with. Times are without summer time, which moves
a run by an hour at the most. Macros (@daily) and time zones inside of the schedule are refused: they have a field.
"""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from functools import lru_cache
from typing import ClassVar, Self

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.scalar import Refusal, Scalar, kind

DAY_MINUTES = 24 * 60
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIRST, _LAST = date(2001, 1, 1), date(2029, 1, 1)
"""28 years: every day of the week falls on every day of the year, 29 February among them."""


class Field(NamedTuple):
    """One of the five fields."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, _MONTHS),
    Field("day of the week", 0, 6, _DAYS),
)


class Cron(Scalar):
    """A schedule, printed as it was written."""

    __slots__ = ("fields", "text")

    text: str
    fields: tuple[frozenset[int] | None, ...]
    """The values of each field; None where it begins with `*` or `?` and so restricts no day."""

    json_schema: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": r"^\S+( \S+){4}$",
        "examples": ["17 * * * *", "30 2 * * *"],
    }

    def __init__(self, text: str, fields: tuple[frozenset[int] | None, ...]) -> None:
        """Of what `parse` has checked."""
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "fields", fields)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The schedule that ``text`` says; ValueError where the API server would refuse it, or it never comes."""
        words = text.split(" ")
        if len(words) != len(_FIELDS) or "" in words:
            raise ValueError(
                f"{text!r} is no schedule: write five fields with one blank between them (minute, hour, day of the"
                " month, month, day of the week), such as 17 * * * *"
            )
        made = cls(text, tuple(_values(word, field) for word, field in zip(words, _FIELDS, strict=True)))
        if not _nights(*made.fields[2:]):
            raise ValueError(f"{text} is a day that no year has: write a day that its months have")
        return made

    @classmethod
    def read(cls, value: object) -> Self:
        """The schedule of a YAML scalar."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise Refusal(f"{kind(value)} is no schedule", "write one such as {}", "17 * * * *")
        return cls.parse(value)

    def __str__(self) -> str:
        """The schedule as it was written."""
        return self.text

    @property
    def longest_gap_minutes(self) -> int:
        """Minutes between two runs, at the most."""
        minutes, hours = (self.fields[at] or _all(_FIELDS[at]) for at in (0, 1))
        times = sorted(hour * 60 + minute for hour in hours for minute in minutes)
        within = max((after - before for before, after in itertools.pairwise(times)), default=0)
        return max(within, _nights(*self.fields[2:]) * DAY_MINUTES - times[-1] + times[0])


@lru_cache(maxsize=64)
def _nights(
    days: frozenset[int] | None, months: frozenset[int] | None, weekdays: frozenset[int] | None
) -> int:
    """Days between two days on which a schedule runs, at the most; 0 where it never does.

    A day that comes at all comes several times in the years that are looked at.
    """

    def runs(day: date) -> bool:
        if months is not None and day.month not in months:
            return False
        on_day = days is None or day.day in days
        on_weekday = weekdays is None or day.isoweekday() % 7 in weekdays
        # Where both are restricted, either is enough (robfig/cron, dayMatches).
        return on_day or on_weekday if days is not None and weekdays is not None else on_day and on_weekday

    every = (_FIRST + timedelta(days=number) for number in range((_LAST - _FIRST).days))
    found = [day for day in every if runs(day)]
    return max(((after - before).days for before, after in itertools.pairwise(found)), default=0)


def _all(field: Field) -> frozenset[int]:
    return frozenset(range(field.least, field.most + 1))


def _values(word: str, field: Field) -> frozenset[int] | None:
    parts = [_range(part, field) for part in word.split(",")]
    # A star with a step is still a star for the days (robfig/cron, getRange sets starBit only for a step of 1).
    if any(part is None for part in parts):
        return None
    return frozenset(number for part in parts if part is not None for number in part)


def _range(part: str, field: Field) -> range | None:
    words, slash, step_text = part.partition("/")
    step = _number(step_text, field, ()) if slash else 1
    if step < 1:
        raise ValueError(f"{part} is no step of the {field.name}: write 1 or more after the slash")
    if words in ("*", "?"):
        return None if step == 1 else range(field.least, field.most + 1, step)
    first, dash, last = words.partition("-")
    start = _number(first, field, field.names)
    # N/STEP means from N on.
    end = _number(last, field, field.names) if dash else field.most if slash else start
    if not field.least <= start <= end <= field.most:
        raise ValueError(
            f"{part} is no {field.name}: write numbers from {field.least} to {field.most}, in order"
        )
    return range(start, end + 1, step)


def _number(text: str, field: Field, names: tuple[str, ...]) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + field.least
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise ValueError(
            f"{text!r} is no {field.name}: write a number from {field.least} to {field.most}, *, or ranges and lists"
        )
    return int(text)
