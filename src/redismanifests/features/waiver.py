"""Waiver: a finding that somebody has decided to live with, and why.

It stands in the profile, so that the decision is reviewed with what it is about. What must not come in: which findings
may be waived, and the day (waivers.py).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from redismanifests.core.feature import Feature
from redismanifests.core.setting import Section, setting

LONGEST_REASON = 500
"""A sentence or three; the rest belongs into an issue that the reason names."""


def _day(text: str) -> str:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r:.40} is no day: write one such as 2026-12-31") from None
    return text


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("a waiver without a reason helps nobody: write why this may stay")
    return text


Day = Annotated[str, AfterValidator(_day)]
"""A day, YYYY-MM-DD: as text these sort as they pass."""


class Waiver(Section):
    """One finding that may stay."""

    finding: str = setting(..., "Code or name of the finding.", examples=["RM021"])
    reason: Annotated[str, AfterValidator(_reason)] = setting(
        ..., "Why it may stay.", examples=["the shop closes at night"], max_length=LONGEST_REASON
    )
    until: Day | None = setting(
        None,
        "The last day on which `check` accepts it; none means for ever. Rendering does not look at the day.",
        examples=["2026-12-31"],
    )
    path: str | None = setting(
        None,
        "The setting (or section) that it is about; none means wherever it is found.",
        examples=["sentinel.failoverTimeout"],
    )


FEATURE = Feature("waivers")
