"""Machine: a verification as one JSON document, which `report diff` and `report show` read back.

It contains the verification, and results computed from it for scripts. A reader uses only the verification, and
computes the results again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redismanifests.errors import RedismanifestsError
from redismanifests.present.verification.words import proof, stamp
from redismanifests.prove.result.figure import figures
from redismanifests.prove.result.recommendation import recommendations
from redismanifests.prove.result.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.prove.result.claim import Judgement

TOOL = "redismanifests verification"


def document(verification: Verification) -> dict[str, object]:
    """The complete verification as values that JSON knows; times are seconds since 1970, durations are seconds."""
    return {
        "tool": TOOL,
        **verification.to_json(),
        "follows": {
            "when": stamp(verification.at),
            "held": verification.held,
            "matrix": list(_judged(verification.matrix)),
            "recommendations": [
                {"because": each.because, "do": each.do, "command": each.command}
                for each in recommendations(verification)
            ],
            "figures": [
                {"name": each.name, "value": each.value, "unit": each.unit} for each in figures(verification)
            ],
        },
    }


def _judged(judgements: Iterable[Judgement]) -> Iterator[dict[str, object]]:
    for each in judgements:
        yield {
            "id": each.claim.id,
            "text": each.claim.text,
            "status": str(each.status),
            "why": proof(each),
        }


_FIX = "give a file that `redismanifests verify --report FILE.json` wrote"


def read(name: str, text: str) -> Verification:
    """A verification whose `document` was written; raises RedismanifestsError for anything else."""
    return verification_of(name, parsed(name, text))


def parsed(name: str, text: str) -> Any:
    """The values of a JSON report; raises RedismanifestsError for what is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RedismanifestsError(f"{name} is no JSON: {error}", _FIX) from None


def verification_of(name: str, data: Any) -> Verification:
    """The same of parsed JSON."""
    if not isinstance(data, dict) or data.get("tool") != TOOL:
        raise RedismanifestsError(f"{name} is no report of a verification", _FIX)
    try:
        return Verification.from_json(data)
    except ValueError as error:
        raise RedismanifestsError(
            f"{name} is a report that this version cannot read: {error}", _FIX
        ) from None
