"""Quantity hint: the advice for an invalid quantity.

Apart from the parser, so that the parser stays as strict as Kubernetes and the advice may guess.
"""

from __future__ import annotations

import re

_LONGEST_QUOTE = 40
_NUMBER_AND_UNIT = r"\s*([+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+))\s*(.*?)\s*"
_WRITE = "write a number with its unit, such as 500m, 2 or 512Mi"


def hint(text: str) -> str:
    """Why ``text`` is no quantity, and what was probably meant."""
    if not text:
        return f"it is empty: {_WRITE}"
    if len(text) > _LONGEST_QUOTE:
        return f"{len(text)} characters are no quantity: {_WRITE}"
    parts = re.fullmatch(_NUMBER_AND_UNIT, text, re.DOTALL)
    if parts is None:
        return f"{text!r} is no quantity: {_WRITE}"
    number, unit = parts.groups()
    plain = number.replace(",", ".")
    if re.fullmatch(r"[numkMGTPE]?|[KMGTPE]i", unit):
        slip = "a comma is no decimal point" if "," in number else "a quantity has no space in it"
        return f"{slip}: write {plain}{unit}"
    if re.fullmatch(r"[eE][+-]?[0-9]+", unit):
        return f"{text} is out of range: an exponent goes from e-999 to e999"
    meant = _meant(plain, unit.lower())
    units = "the units are m, k, M, G, T, P, E and Ki, Mi, Gi, Ti, Pi, Ei"
    return f"{unit} is no unit: write {meant}" if meant else f"{unit!r} is no unit: {units}"


def _meant(number: str, unit: str) -> str:
    size = re.fullmatch(r"([kmgtpe])(i?)(b?|bytes?)", unit)
    if size:
        letter = size[1].upper()
        binary = f"{number}{letter}i"
        return binary if size[2] else f"{binary} or {number}{'k' if letter == 'K' else letter}"
    if re.fullmatch(r"b|bytes?|v?cpus?|v?cores?", unit):
        return number
    if re.fullmatch(r"milli(cpus?|cores?)?|mcpus?|mcores?", unit):
        return f"{number}m"
    return ""
