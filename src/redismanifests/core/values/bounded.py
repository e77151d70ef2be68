"""Bounded: durations and quantities that a field can take: whole seconds, whole bytes, not negative."""

from __future__ import annotations

from typing import Annotated

from redismanifests.core.values.duration import Duration
from redismanifests.core.values.mark import STRICT, AfterValidator
from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.core.values.scalar import Refusal

DAY = Duration.parse("24h")
"""Longer is a mistake in every setting there is."""


def _interval(duration: Duration) -> Duration:
    if not 0 < duration.milliseconds <= DAY.milliseconds:
        raise Refusal(f"{duration} is out of range", f"write more than 0s and at most {DAY}", str(DAY))
    return duration


def _seconds(duration: Duration) -> Duration:
    if duration > DAY:
        raise Refusal(f"{duration} is out of range", f"write at most {DAY}", str(DAY))
    return Duration(duration.whole_seconds * 1000)


def _positive_seconds(duration: Duration) -> Duration:
    return _seconds(_interval(duration))


MIB = Quantity.parse("1Mi")
"""No size that a profile sets is smaller: below it, a unit was forgotten."""


def _bytes(quantity: Quantity) -> Quantity:
    if quantity.nano < 0 or quantity.nano % NANO:
        raise Refusal(f"{quantity} is not a number of bytes", "write one such as {}", "512Mi")
    if 0 < quantity.nano < MIB.nano:
        raise Refusal(f"{quantity} is {_in_words(quantity.bytes)}", *_meant(quantity))
    return quantity


def _in_words(count: int) -> str:
    return "1 byte" if count == 1 else f"{count} bytes"


def _meant(quantity: Quantity) -> tuple[str, str]:
    """A guess: few are gibibytes, many are mebibytes; of kilobytes, megabytes were meant."""
    number = str(quantity).rstrip("kKi")
    if not number.isdecimal() or len(number) > 4:
        return "write a size such as {}", "512Mi"
    unit = "Gi" if number == str(quantity) and int(number) < 64 else "Mi"
    return "did you mean {}?", f"{number}{unit}"


def _positive_bytes(quantity: Quantity) -> Quantity:
    if quantity.nano <= 0:
        raise Refusal(f"{quantity} bytes hold nothing", "write a size such as {}", "512Mi")
    return _bytes(quantity)


def _cores(quantity: Quantity) -> Quantity:
    if quantity.nano <= 0 or quantity.nano % (NANO // 1000):
        raise Refusal(f"{quantity} is not an amount of CPU", "write one such as {}", "250m")
    return quantity


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """``values``, none of them twice: Kubernetes keeps such lists by their entries."""
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{value} occurs {values.count(value)} times: keep one")
    return values


Whole = Annotated[int, STRICT]
"""A whole number; neither a text that looks like one, nor true."""
Flag = Annotated[bool, STRICT]
"""true or false."""
Interval = Annotated[Duration, AfterValidator(_interval)]
"""A length of time that is not nothing."""
Seconds = Annotated[Duration, AfterValidator(_seconds)]
"""Whole seconds, none included: Kubernetes counts in them."""
PositiveSeconds = Annotated[Duration, AfterValidator(_positive_seconds)]
"""Whole seconds, one at least."""
Bytes = Annotated[Quantity, AfterValidator(_bytes)]
"""Whole bytes, none included."""
Size = Annotated[Quantity, AfterValidator(_positive_bytes)]
"""Whole bytes, one at least."""
Cores = Annotated[Quantity, AfterValidator(_cores)]
"""CPU; the API server refuses less than a thousandth of a core."""
