"""Votes: elections of Sentinels that failed by chance, and how many of them a limit allows.

Why: Sentinels that begin in the same moment vote for themselves, and none is elected (docs/design.md, split votes).
That is Sentinel's law and no fault of a deployment. A limit that always allowed one would hide every other delay as
long as that. So the Sentinels' logs are asked whether it happened, and only then a limit is longer, by one: two in a
row are no chance any more. Other attempts that fail (no replica to promote, a promotion that is not seen) are never
allowed for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage

ALLOWED = 1
"""Failed elections in a row that are taken for chance."""
_STEP = re.compile(
    r"(?P<tried>\+try-failover)|\+vote-for-leader \S+ (?P<epoch>\d+)|(?P<won>\+elected-leader)"
    r"|(?P<lost>-failover-abort-not-elected)"
)


def failed_elections(logs: Iterable[str]) -> set[int]:
    """The epochs in which a Sentinel asked for votes and none was elected, by what each Sentinel has said."""
    won, lost = set(), set()
    for log in logs:
        epoch, tries = 0, False
        for step in _STEP.finditer(log):
            if step["tried"]:
                tries = True
            elif step["epoch"] and tries:
                # The first vote after it is its own.
                epoch, tries = int(step["epoch"]), False
            elif step["won"]:
                won.add(epoch)
            elif step["lost"]:
                lost.add(epoch)
    return lost - won


def failed_so_far(stage: Stage) -> set[int]:
    """The same of a running deployment."""
    return failed_elections("\n".join(stage.said(pod, ".+")) for pod in stage.deployment.sentinel.pods)


def allowance_s(failed: int, outage_s: float, recovery: Recovery) -> float:
    """By how much later a recovery may be after that many failed elections.

    ``outage_s`` is the limit without one; where it is too short for a failover, none may happen, and nothing is added.
    """
    return min(failed, ALLOWED) * recovery.voted_again() if outage_s >= recovery.crash() else 0.0
