"""Quantity: an amount of a resource (500m, 512Mi, 2e3) that parses, compares and prints as Kubernetes does.

LimitRanges and quotas are decided on these numbers, so a rounding of our own would be a wrong verdict.
Source: k8s.io/apimachinery pkg/api/resource (quantity.go, suffix.go, amount.go).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar, Literal, Self

from redismanifests.core.values.quantity_hint import hint
from redismanifests.core.values.scalar import Refusal, Scalar, kind

Format = Literal["DecimalSI", "BinarySI", "DecimalExponent"]
"""The family of suffixes a quantity was written with; it is printed with the same."""

_EXAMPLES = ("500m", "2", "512Mi")
NANO = 10**9
"""A quantity is a whole number of billionths; anything finer is rounded up, away from zero."""

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_BINARY_SUFFIX = ("", *_BINARY)

_SHAPE = r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[+-]?[0-9]*)"
_BEGINS_WITH_NUMBER = r"[+-]?\.?[0-9]"
_LONGEST_TEXT = 1000
# Kubernetes takes exponents of 32 bits, and then cannot compare 1e2000000000 with anything in finite time.
_LARGEST_EXPONENT = 999
_LARGEST_BINARY = (2**63 - 1) * NANO
# Go's parser has a short way for numbers that fit into an int64; only there does it keep the text as written.
_INT64_DIGITS = 18
_INT64_BINARY_DIGITS = 14


class Quantity(Scalar):
    """``nano`` billionths, printed in the family ``format``. Equal, ordered and hashed by amount alone."""

    __slots__ = ("format", "kept", "nano")

    nano: int
    format: Format
    kept: str
    """The text itself, where Kubernetes prints it back unchanged, canonical or not (``1.500``)."""

    json_schema: ClassVar[dict[str, object]] = {
        "anyOf": [
            {
                "type": "string",
                "pattern": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,3})?$",
            },
            {"type": "number"},
        ],
        "examples": ["500m", "512Mi", "2Gi", 0.5],
    }

    def __init__(self, nano: int, format: Format = "DecimalSI", kept: str = "") -> None:
        """Of so many billionths."""
        object.__setattr__(self, "nano", nano)
        object.__setattr__(self, "format", format)
        object.__setattr__(self, "kept", kept)

    @classmethod
    @lru_cache(maxsize=256)  # the amounts of a run are few
    def parse(cls, text: str) -> Self:
        """The quantity that ``ParseQuantity`` reads from ``text``; ValueError where it refuses.

        As there, a text without a digit (``Mi``, ``+``) is zero. Refused only here: exponents beyond 999.
        """
        match = re.fullmatch(_SHAPE, text) if 0 < len(text) <= _LONGEST_TEXT else None
        if match is None:
            raise hint(text)
        sign, whole, places, suffix = match.groups("")
        digits = (whole or "0") + places
        if suffix in _BINARY:
            short = not places and len(digits) + _BINARY[suffix] * 3 // 10 <= _INT64_BINARY_DIGITS
            keep = short and int(digits) & 7 != 0
            nano, rest = divmod((int(digits) << _BINARY[suffix]) * NANO, 10 ** len(places))
            nano = min(nano + bool(rest), _LARGEST_BINARY)
            # A fraction of one byte has no binary suffix to be printed with.
            form: Format = "DecimalSI" if 0 < nano < NANO else "BinarySI"
        else:
            form, exponent = _decimal(suffix, text)
            scale = exponent - len(places)
            short = len(digits) <= _INT64_DIGITS and scale >= -9
            keep = short and scale % 3 == 0 and digits[0] != "0" and not digits.endswith("000")
            nano, rest = divmod(int(digits) * 10 ** max(scale + 9, 0), 10 ** max(-scale - 9, 0))
            nano += bool(rest)
        if not short and not re.match(_BEGINS_WITH_NUMBER, text):
            raise hint(text)
        return cls(-nano if sign == "-" else nano, form, text if keep else "")

    @classmethod
    def read(cls, value: object) -> Self:
        """The quantity of a YAML scalar: a text or a number, as the API server reads it from JSON.

        Spaces around a text are ignored, as there. Refused only here: a text without a digit, as ``Gi``.
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            text = value.strip()
            if not re.match(_BEGINS_WITH_NUMBER, text):
                raise hint(text)
            return cls.parse(text)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refusal(f"{kind(value)} is no quantity", "write one such as {}", *_EXAMPLES)
        if isinstance(value, int):
            if value.bit_length() > _LONGEST_TEXT:
                raise Refusal(
                    "this number is larger than any quantity", "write one such as {}", "500m", "2", "512Mi"
                )
            return cls.parse(str(value))
        return cls.parse(_json_number(value))

    def __str__(self) -> str:
        """Canonical: no fraction, the largest suffix that loses nothing. Parses back to an equal quantity."""
        suffix, number = self._canonical()
        exponent = suffix if isinstance(suffix, int) else 0
        if self.format != "DecimalExponent" and exponent > 18:
            return number + "0" * (exponent - 18) + "E"
        return number + self._suffix(suffix)

    @property
    def echo(self) -> str:
        """What the API server prints for it, quirks included (``1.500`` stays, ``1000E`` becomes ``1``)."""
        if self.kept:
            return self.kept
        suffix, number = self._canonical()
        return number + self._suffix(suffix)

    @property
    def bytes(self) -> int:
        """The amount in whole units, rounded up away from zero: Go's ``Value()``."""
        return _away(self.nano, NANO)

    @property
    def millis(self) -> int:
        """The amount in thousandths, rounded up away from zero: Go's ``MilliValue()``."""
        return _away(self.nano, NANO // 1000)

    def __add__(self, other: Self) -> Self:
        """The sum, in the format of the left side; zero takes that of the right, as in Go's ``Add``."""
        return type(self)(self.nano + other.nano, self.format if self.nano else other.format)

    def __sub__(self, other: Self) -> Self:
        """The difference, formats as for the sum."""
        return type(self)(self.nano - other.nano, self.format if self.nano else other.format)

    def __mul__(self, times: int) -> Self:
        """So many of it: the total of so many replicas."""
        return type(self)(self.nano * times, self.format)

    def __eq__(self, other: object) -> bool:
        """By amount: 1Gi equals 1024Mi."""
        return self.nano == other.nano if isinstance(other, Quantity) else NotImplemented

    def __hash__(self) -> int:
        """By amount."""
        return hash(self.nano)

    def __lt__(self, other: Quantity) -> bool:
        """By amount."""
        return self.nano < other.nano

    def __le__(self, other: Quantity) -> bool:
        """By amount."""
        return self.nano <= other.nano

    def __gt__(self, other: Quantity) -> bool:
        """By amount."""
        return self.nano > other.nano

    def __ge__(self, other: Quantity) -> bool:
        """By amount."""
        return self.nano >= other.nano

    def _canonical(self) -> tuple[int | str, str]:
        """The exponent of ten, or the binary suffix, and the number before it."""
        if self.nano == 0:
            return 0, "0"
        units, fraction = divmod(abs(self.nano), NANO)
        minus = "-" if self.nano < 0 else ""
        if self.format == "BinarySI" and units >= 1024 and not fraction:
            power = 0
            while units % 1024 == 0 and power < len(_BINARY):
                units, power = units // 1024, power + 1
            return _BINARY_SUFFIX[power], f"{minus}{units}"
        digits = str(abs(self.nano))
        zeros = len(digits) - len(digits.rstrip("0"))
        zeros -= zeros % 3
        return zeros - 9, minus + digits[: len(digits) - zeros]

    def _suffix(self, suffix: int | str) -> str:
        if isinstance(suffix, str):
            return suffix
        if self.format == "DecimalExponent":
            return f"e{suffix}" if suffix else ""
        return _DECIMAL_SUFFIX.get(suffix, "")


def _decimal(suffix: str, text: str) -> tuple[Format, int]:
    if suffix in _DECIMAL:
        return "DecimalSI", _DECIMAL[suffix]
    if re.fullmatch(r"[eE][+-]?[0-9]+", suffix) and abs(exponent := int(suffix[1:])) <= _LARGEST_EXPONENT:
        return "DecimalExponent", exponent
    raise hint(text)


def _away(number: int, unit: int) -> int:
    """``number`` in whole ``unit``, rounded away from zero."""
    return -(-number // unit) if number > 0 else number // unit


def _json_number(value: float) -> str:
    """``value`` as Go's encoding/json writes it: shortest digits, an exponent below 1e-6 and from 1e21."""
    mantissa, _, exponent = repr(value).partition("e")
    if mantissa in {"inf", "-inf", "nan"}:
        raise Refusal("this number has no end", "write one such as {}", *_EXAMPLES)
    if not exponent:
        return mantissa.removesuffix(".0")
    if not 1e-6 <= abs(value) < 1e21:
        return f"{mantissa}e{int(exponent):+03d}"
    places = len(mantissa.partition(".")[2])
    shift = int(exponent)
    if shift < 0:
        return f"{value:.{places - shift}f}"
    return mantissa.replace(".", "") + "0" * (shift - places)
