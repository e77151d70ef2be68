"""Waiver: a finding that the team accepts, with the reason.

It is part of the profile, so that the decision is reviewed together with the setting.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from redismanifests.core.setting import Section, required, setting
from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.scalar import Refusal

LONGEST_REASON = 500
"""A sentence or three; the rest belongs into an issue that the reason names."""


def _day(text: str) -> str:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{text!r:.40} is not a date", "write one such as {}", "2026-12-31") from None
    return text


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("a waiver without a reason helps no one: write why this may stay")
    return text


Day = Annotated[str, AfterValidator(_day)]
"""A date, YYYY-MM-DD: as strings these sort by time."""


class Waiver(Section):
    """One finding that may stay."""

    finding: str = required("Code or name of the finding.", examples=["RM021"])
    reason: Annotated[str, AfterValidator(_reason)] = required(
        "Why it may stay.", examples=["the shop closes at night"], max_length=LONGEST_REASON
    )
    until: Day | None = setting(
        None,
        "The last day on which `check` accepts it; none means no end. Rendering ignores the date.",
        examples=["2026-12-31"],
    )
    path: str | None = setting(
        None,
        "The setting (or section) that it applies to; none means every place.",
        examples=["sentinel.failoverTimeout"],
    )
