"""Machine: a verification as JSON: the whole value that reports are made of, and the verdict beside it.

What must not come in: text for people.
"""

from __future__ import annotations

import dataclasses
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from redismanifests.report.verification.machine import document
from redismanifests.verification.making import verification

if TYPE_CHECKING:
    from redismanifests.review import Review
    from redismanifests.verification import Subject
    from redismanifests.verify.seen import Seen


def seen_json(seen: Seen, subject: Subject, reviewed: Review | None, *, strict: bool) -> str:
    """One object. Manifests have no profile, so theirs has only what was looked at, and the outcomes."""
    if reviewed:
        made = verification(reviewed, subject, seen.outcomes, at=seen.at, version=version("redismanifests"))
        value = document(made)
    else:
        value = {
            "subject": dataclasses.asdict(subject),
            "at": seen.at,
            "outcomes": [dataclasses.asdict(each) for each in seen.outcomes],
        }
    verdict = {
        "code": seen.code(strict=strict),
        "text": seen.verdict(strict=strict),
        "seconds": round(seen.took_s, 3),
    }
    missing = [refusal._asdict() for refusal in seen.refused]
    return json.dumps({**value, "verdict": verdict, "missing_permissions": missing}, indent=2) + "\n"
