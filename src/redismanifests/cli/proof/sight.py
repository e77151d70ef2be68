"""Sight: what is seen of the manifests of others, and what of them does not run, before anything starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.cli.width import say

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.bench.subject import Subject


def shown_playable(manifests: Subject) -> Subject:
    """The subject as it can run, printed to standard error; raises RedismanifestsError if it cannot."""
    from redismanifests.prove.rehearse.bench.subject import not_simulated, playable

    subject = playable(manifests)
    first, *more = subject.seen
    for line in (f"{subject.name}: {first}", *(f"  {each}" for each in more)):
        say(line, err=True)
    for each in not_simulated(subject):
        say(f"  not simulated: {each}", err=True)
    return subject
