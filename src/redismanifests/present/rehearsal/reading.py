"""Reading: the JSON report of rehearsals, as `report diff` reads it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.result.rehearsed import Rehearsed

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_record(data: object) -> bool:
    """Whether ``data``, parsed JSON, is meant as a report of rehearsals."""
    return isinstance(data, dict) and "tool" not in data and "runs" in data


def read_record(name: str, data: Mapping[str, object]) -> Rehearsed:
    """The rehearsals of a report; raises RedismanifestsError for what this version cannot read."""
    try:
        return Rehearsed.from_json(data)
    except ValueError as error:
        raise RedismanifestsError(
            f"{name} is a report of a rehearsal that this version cannot read: {error}",
            "give the report.json of `redismanifests rehearse --report DIR`",
        ) from None
