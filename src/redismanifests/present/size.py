"""Size: a number of bytes as people read it."""

from __future__ import annotations

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_STEP = 1024
_THREE_DIGITS = 999.5
"""From here on three digits would be written as a power of ten."""


def size_text(count: float) -> str:
    """``count`` bytes in the largest unit of which there is one: ``872 MiB``, three digits and none after 999."""
    amount, unit = count, 0
    while abs(amount) >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    whole = unit == 0 or abs(amount) >= _THREE_DIGITS
    return f"{amount:.0f} {_UNITS[unit]}" if whole else f"{amount:.3g} {_UNITS[unit]}"
