"""Requirement: a sentence that the deployment must meet, and its proof: checks and drills that must pass.

A verification report ends in a table of requirements, in the words and numbers of the team.
"""

from __future__ import annotations

from typing import Annotated

from redismanifests.core.setting import Section, required, setting
from redismanifests.core.sources.source import Number
from redismanifests.core.values.bounded import Interval
from redismanifests.core.values.mark import AfterValidator, BeforeValidator, Constrained
from redismanifests.profile.formulas.drill import Kind

LONGEST_ID, LONGEST_TEXT = 40, 500
"""A number or a short name, and a sentence or three: both are cells of a table."""


def _unquoted(value: object) -> object:
    # YAML reads 23.30 as the number 23.3; the string as written is still stored.
    number = isinstance(value, (Number, int)) and not isinstance(value, bool)
    return str(value) if number else value


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty: write the requirement")
    return text


ProbeCode = Annotated[str, Constrained("pattern", r"^PB[0-9]{3}$")]
RequirementId = Annotated[str, BeforeValidator(_unquoted), AfterValidator(_said)]


class Requirement(Section):
    """One requirement; it is met when every proof passed."""

    id: RequirementId = required(
        "How it is called where it was written.", examples=["23.30"], max_length=LONGEST_ID
    )
    text: Annotated[str, AfterValidator(_said)] = required(
        "The requirement, as a sentence.",
        examples=["a new master within 30 seconds"],
        max_length=LONGEST_TEXT,
    )
    probes: tuple[ProbeCode, ...] = setting(
        (), "Codes of probes that must pass (docs/probes.md).", examples=[["PB022", "PB025"]]
    )
    drills: tuple[Kind, ...] = setting(
        (), "Drills that must pass: they break the running deployment.", examples=[["failover"]]
    )
    within: Interval | None = setting(
        None, "Longest time without an acknowledged write in each of these drills.", examples=["30s"]
    )
    rpo: Interval | None = setting(
        None,
        "Longest time of which data may be missing when everything was destroyed and a backup is restored.",
        examples=["1h"],
    )
    rto: Interval | None = setting(
        None,
        "Longest time from the start of a restore to the first acknowledged write.",
        examples=["15m"],
    )
