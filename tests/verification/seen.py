"""A verification of recorded rehearsals, and outcomes to change it by."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from deployment import TOP
from redismanifests.judge.review import review
from redismanifests.prove.checks.probe import Confidence, Evidence, Outcome, Status
from redismanifests.prove.verification.rehearsed import verified

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

from typing import TYPE_CHECKING

from recording import recorded

if TYPE_CHECKING:
    from redismanifests.prove.result.verification import Verification


@cache
def seen(*recordings: str) -> Verification:
    """Of the reference profile; without a name: a failover and a rolling restart that held."""
    results = [recorded(name) for name in recordings or ("held", "rolled")]
    return verified(
        review(TOP / "profiles" / "jewelry-shop.yaml"), results, machine="a machine, 2 CPUs", version="0.1.0"
    )


def outcome(code: str, status: Status, *facts: str, confidence: Confidence = Confidence.OBSERVED) -> Outcome:
    """One with a line of evidence."""
    evidence = (Evidence("redis-0", "INFO", "role: master"),)
    return Outcome(code, "a-probe", "It holds.", status, confidence, facts, evidence)


def changed(verification: Verification, *outcomes: Outcome) -> Verification:
    """With these outcomes in place of those of the same codes, or beside them."""
    found = {each.code: each for each in verification.outcomes} | {each.code: each for each in outcomes}
    return replace(verification, outcomes=tuple(found.values()))
