"""Generated quantities: texts that are a quantity, nearly one, or none at all, from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

SUFFIXES = ("", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
NO_SUFFIXES = (
    *(
        "K",
        "ki",
        "mi",
        "gi",
        "KI",
        "KiB",
        "kB",
        "B",
        "i",
        "ni",
        "ui",
        "mM",
        "kk",
        "GiGi",
        "g",
        "t",
        "p",
        "Yi",
        "Z",
    ),
    *(
        "e",
        "E+",
        "e-",
        "e1.5",
        "e+-1",
        "ee1",
        "1e1e1",
        "e1k",
        "Ki1",
        "m1",
        " Gi",
        "\u2009Mi",
        "%",
        "m/s",
        "µ",
    ),
)
WHOLE_TEXTS = (
    *(
        "",
        " ",
        ".",
        "+",
        "-",
        "+.",
        "-.",
        "+Gi",
        "-m",
        "Ki",
        "m",
        "e1",
        ".e1",
        "..1",
        "1..",
        "1.2.3",
        "--1",
        "+-1",
    ),
    *(
        "0x10",
        "0b1",
        "1_000",
        "1,5",
        "1 000",
        "inf",
        "-inf",
        "NaN",
        "nan",
        "null",
        "true",
        "one",
        "1/2",
        "\uff11",
        "\u0663",
        "1'",
    ),
    *(
        " 1",
        "1 ",
        " 1Gi ",
        "-0",
        "+0",
        "-0m",
        "00",
        "000Ki",
        "0.0",
        "-.0",
        "0e0",
        "0e9",
        "007",
        "0.000000000",
    ),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809"),
    *(
        "8Ei",
        "7.999999999Ei",
        "8191Pi",
        "8192Pi",
        "9.3E",
        "0.0000000001Ki",
        "1e-10",
        "-1e-10",
        "0.5n",
        "-0.5n",
    ),
    *(
        "999999999999999999",
        "1000000000000000000",
        "9999999999999999999999",
        "1000E",
        "1000000E",
        "1e21",
        "1e24",
    ),
)

LARGEST_EXPONENT = 60
"""Kubernetes takes any of 32 bits, and then needs as many digits; ours stops at 999."""


def texts(random: Random, count: int) -> Iterator[str]:
    """So many texts; the odd ones first."""
    yield from WHOLE_TEXTS
    for _ in range(count - len(WHOLE_TEXTS)):
        yield _text(random)


def _text(random: Random) -> str:
    sign = random.choice(("", "", "", "+", "-"))
    text = sign + _number(random) + _suffix(random)
    if random.random() < 0.08:
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice("0123456789+-.eEinumkMKG _,x") + text[at + random.randrange(2) :]
    return text


def _number(random: Random) -> str:
    digits = "".join(
        random.choices("0123456789", k=random.choice((1, 1, 2, 3, 4, 6, 9, 12, 15, 17, 18, 19, 20, 25)))
    )
    shape = random.random()
    if shape < 0.25:
        # Round ones have another suffix than they were written with.
        digits = digits[: random.randrange(1, 4)] + random.choice(("0" * random.randrange(16), "24", "48576"))
    if random.random() < 0.1:
        digits = "0" * random.randrange(1, 4) + digits
    if random.random() < 0.4:
        at = random.randrange(len(digits) + 1)
        digits = f"{digits[:at]}.{digits[at:]}"
    return digits


def _suffix(random: Random) -> str:
    kind = random.random()
    if kind < 0.65:
        return random.choice(SUFFIXES)
    if kind < 0.92:
        exponent = random.choice(
            (random.randrange(0, 13), random.randrange(-LARGEST_EXPONENT, LARGEST_EXPONENT))
        )
        sign = random.choice(("", "+")) if exponent >= 0 else ""
        return f"{random.choice('eE')}{sign}{exponent}"
    return random.choice(NO_SUFFIXES)
