"""Votes: rules about how many Sentinels there are, and how many must agree.

What must not come in: settings (features/sentinel.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.facts.votes import majority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

QUORUM = ("sentinel", "quorum")


@rule("RM010", Severity.WARNING)
def too_few_sentinels(profile: Profile) -> Iterator[Fault]:
    """With fewer than three Sentinels, losing one means that nobody can be elected.

    A failover needs the majority of all Sentinels that ever were, not of those that are left: of two it is two.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
    ```
    Source: sentinel.c, sentinelGetLeader; Redis docs, high availability with Sentinel.
    """
    count = profile.sentinel.replicas
    if count < 3:
        yield Fault(
            path=("sentinel", "replicas"),
            fact=f"a failover needs {majority(count)} of {count} Sentinels, so losing one stops it",
            fix="run 3 Sentinels",
            change=Change(("sentinel", "replicas"), 3),
        )


@rule("RM011", Severity.ERROR, waivable=False)
def quorum_out_of_reach(profile: Profile) -> Iterator[Fault]:
    """The quorum is larger than the number of Sentinels: the master is never held for down by enough of them.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 4
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 5
      quorum: 3
    ```
    Source: sentinel.c, sentinelCheckObjectivelyDown.
    """
    count, quorum = profile.sentinel.replicas, profile.sentinel.quorum
    if quorum > count:
        fact = f"{quorum} Sentinels must agree, and there are {count}: no failover ever"
        yield Fault(
            path=QUORUM,
            fact=fact,
            fix=f"set quorum to {majority(count)}",
            change=Change(QUORUM, majority(count)),
        )


@rule("RM012", Severity.ERROR)
def quorum_of_all_sentinels(profile: Profile) -> Iterator[Fault]:
    """Every single Sentinel must agree, so losing one of them stops failover.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 3
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 5
      quorum: 3
    ```
    Source: sentinel.c, sentinelCheckObjectivelyDown.
    """
    count, quorum = profile.sentinel.replicas, profile.sentinel.quorum
    if quorum == count > majority(count):
        yield Fault(
            path=QUORUM,
            fact=f"a failover needs {quorum} of {count} Sentinels, so losing one stops it",
            fix=f"set quorum to {majority(count)}, or run {2 * quorum - 1} Sentinels",
            # More Sentinels cost something; the majority is what everybody means.
            change=Change(QUORUM, majority(count)),
        )


@rule("RM013", Severity.WARNING)
def quorum_below_majority(profile: Profile) -> Iterator[Fault]:
    """Fewer than a majority may start an election that only a majority can finish.

    A minority that is cut off holds the master for down, tries to be elected again and again, and raises the epoch
    each time; clients that subscribe to it see events of failovers that never come.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 1
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 2
    ```
    Source: sentinel.c, sentinelStartFailoverIfNeeded.
    """
    count, quorum = profile.sentinel.replicas, profile.sentinel.quorum
    if quorum < majority(count):
        fact = f"{quorum} of {count} may start an election, but {majority(count)} are needed to win it"
        yield Fault(
            path=QUORUM,
            fact=fact,
            fix=f"set quorum to {majority(count)}",
            change=Change(QUORUM, majority(count)),
        )


FEATURE = Feature(
    "votes", rules=(too_few_sentinels, quorum_out_of_reach, quorum_of_all_sentinels, quorum_below_majority)
)
