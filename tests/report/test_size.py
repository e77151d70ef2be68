"""Sizes of bytes are read by people: a unit, and no power of ten."""

from __future__ import annotations

import pytest

from redismanifests.present.size import size_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1000, "1000 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1023 * 1024, "1023 KiB"),
        (-1536, "-1.5 KiB"),
        (914_000_000, "872 MiB"),
        (2**40 * 5000, "5000 TiB"),
    ],
)
def test_a_size_is_written_without_a_power_of_ten(count: float, text: str) -> None:
    assert size_text(count) == text
