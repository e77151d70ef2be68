"""Meanings: what the figures of a rehearsal count, for readers of a report without docs/rehearsal.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.prove.rehearse.suite import Run

MEANINGS = {
    "whole after apply": "from the apply until every pod is ready, every replica is attached and all Sentinels agree",
    "whole after": "the same from the end of the fault on; for a rollout or a drain, from its last pod on",
    "outage": "the longest time in which the application got no write acknowledged",
    "paused in all": "all such times of more than a quarter of a second, added",
    "failed elections": "Sentinels that voted without electing one; at most one adds to the limits",
    "stale reads for": "the longest time in which a master answered with values older than an acknowledged write",
    "reads from a former master": "by a client that was still connected to it; it is a replica by then",
    "two writable masters": "the time in which two pods took writes, sampled at 5 Hz; a partition may cause it",
    "busiest process": "of the servers, over three seconds at the end; more than the limit is a loop",
}


def meanings(runs: Iterable[Run]) -> Iterator[str]:
    """A sentence for each figure that occurs and does not explain itself."""
    names = {measure.name for run in runs for measure in run.result.measures}
    return (f"{name}: {meaning}" for name, meaning in MEANINGS.items() if name in names)
