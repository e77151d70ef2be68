"""Bounded: durations and quantities that a field can take: whole seconds, whole bytes, not negative.

What must not come in: bounds that depend on another setting (rules).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Strict

from redismanifests.core.duration import Duration
from redismanifests.core.quantity import NANO, Quantity

DAY = Duration.parse("24h")
"""Longer is a mistake in every setting there is."""


def _interval(duration: Duration) -> Duration:
    if not 0 < duration.milliseconds <= DAY.milliseconds:
        raise ValueError(f"{duration} is out of range: write more than 0s and at most {DAY}")
    return duration


def _seconds(duration: Duration) -> Duration:
    if duration > DAY:
        raise ValueError(f"{duration} is out of range: write at most {DAY}")
    return Duration(duration.whole_seconds * 1000)


def _positive_seconds(duration: Duration) -> Duration:
    return _seconds(_interval(duration))


def _bytes(quantity: Quantity) -> Quantity:
    if quantity.nano < 0 or quantity.nano % NANO:
        raise ValueError(f"{quantity} is not a number of bytes: write one such as 512Mi")
    return quantity


def _positive_bytes(quantity: Quantity) -> Quantity:
    if quantity.nano <= 0:
        raise ValueError(f"{quantity} bytes hold nothing: write a size such as 512Mi")
    return _bytes(quantity)


def _cores(quantity: Quantity) -> Quantity:
    if quantity.nano <= 0 or quantity.nano % (NANO // 1000):
        raise ValueError(f"{quantity} is not an amount of CPU: write one such as 250m")
    return quantity


Whole = Annotated[int, Strict()]
"""A whole number; neither a text that looks like one, nor true."""
Flag = Annotated[bool, Strict()]
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
