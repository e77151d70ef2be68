"""Quantity hint: the advice for an invalid quantity.

Apart from the parser, so that the parser stays as strict as Kubernetes and the advice may guess.
"""

from __future__ import annotations

import re

from redismanifests.core.values.scalar import Refusal

_LONGEST_QUOTE = 40
_NUMBER_AND_UNIT = r"\s*([+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+))\s*(.*?)\s*"
_WRITE = "write a number with its unit, such as {}"
_EXAMPLES = ("500m", "2", "512Mi")


def hint(text: str) -> Refusal:  # noqa: PLR0911 (a table)
    """Why ``text`` is no quantity, and what was probably meant."""
    if not text:
        return Refusal("it is empty", _WRITE, *_EXAMPLES)
    if len(text) > _LONGEST_QUOTE:
        return Refusal(f"{len(text)} characters are no quantity", _WRITE, *_EXAMPLES)
    parts = re.fullmatch(_NUMBER_AND_UNIT, text, re.DOTALL)
    if parts is None:
        return Refusal(f"{text!r} is no quantity", _WRITE, *_EXAMPLES)
    number, unit = parts.groups()
    plain = number.replace(",", ".")
    if re.fullmatch(r"[numkMGTPE]?|[KMGTPE]i", unit):
        slip = "a comma is no decimal point" if "," in number else "a quantity has no space in it"
        return Refusal(slip, "write {}", f"{plain}{unit}")
    if re.fullmatch(r"[eE][+-]?[0-9]+", unit):
        return Refusal(f"{text} is out of range", "write an exponent from e-999 to e999")
    meant = _meant(plain, unit.lower())
    units = "the units are m, k, M, G, T, P, E and Ki, Mi, Gi, Ti, Pi, Ei"
    if meant:
        return Refusal(f"{unit} is no unit", "write {}", *meant)
    return Refusal(f"{unit!r} is no unit; {units}", _WRITE, *_EXAMPLES)


def _meant(number: str, unit: str) -> tuple[str, ...]:
    size = re.fullmatch(r"([kmgtpe])(i?)(b?|bytes?)", unit)
    if size:
        letter = size[1].upper()
        binary = f"{number}{letter}i"
        return (binary,) if size[2] else (binary, f"{number}{'k' if letter == 'K' else letter}")
    if re.fullmatch(r"b|bytes?|v?cpus?|v?cores?", unit):
        return (number,)
    if re.fullmatch(r"milli(cpus?|cores?)?|mcpus?|mcores?", unit):
        return (f"{number}m",)
    return ()
