"""Recovery rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.values.quantity import Quantity
from redismanifests.profile.derived.recovery import MIN_DOWN_AFTER, MIN_FAILOVER_TIMEOUT_MS, recovery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

ONE_CORE = Quantity.parse("1")
"""A Sentinel has one thread; with a core of its own, only its probes can wait."""


@rule("RM020", Severity.ERROR)
def recovery_slower_than_target(profile: Profile) -> Iterator[Fault]:
    """Even a failover that goes well takes longer than the target.

    Detection takes down-after and a second, agreement and election 1.4 s, promotion a second, clients another, and with
    min-replicas-to-write half a second until a replica is attached.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      downAfter: 30s
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      downAfter: 5s
    ```
    Source: sentinel.c (periods); measured (docs/design.md, Recovery); https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    bound, target = recovery(profile).normal_ms, profile.recovery.target
    if bound > target.milliseconds:
        most = profile.sentinel.down_after.milliseconds - (bound - target.milliseconds)
        reachable = most >= MIN_DOWN_AFTER.milliseconds
        fix = f"set downAfter to {most // 1000}s or less" if reachable else "raise the target"
        yield Fault(
            path=("sentinel", "downAfter"),
            fact=f"a failover takes up to {_s(bound)} with this, and recovery.target is {target}",
            fix=fix,
            change=Change(("sentinel", "downAfter"), f"{most // 1000}s") if reachable else None,
        )


@rule("RM021", Severity.WARNING)
def failed_election_misses_target(profile: Profile) -> Iterator[Fault]:
    """After one failed election there is no master for longer than recovery.target.

    failover-timeout is not the length of a failover. It is the price of a failed one: Sentinels wait twice this time
    before they try again. 5 s of detection and 30 s of failover-timeout make 70 s, not 35.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      failoverTimeout: 30s
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      failoverTimeout: 9s
    ```
    Source: sentinel.c, sentinelStartFailoverIfNeeded; measured (docs/design.md, Recovery);
    https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    bounds, target = recovery(profile), profile.recovery.target
    if bounds.normal_ms <= target.milliseconds < bounds.after_failed_election_ms:
        over = bounds.after_failed_election_ms - target.milliseconds
        most = (profile.sentinel.failover_timeout.milliseconds - -(-over // 2)) // 1000
        reachable = most * 1000 >= MIN_FAILOVER_TIMEOUT_MS
        fix = f"set failoverTimeout to {most}s" if reachable else "raise recovery.target"
        yield Fault(
            path=("sentinel", "failoverTimeout"),
            fact=f"after one failed election the master is back in {_s(bounds.after_failed_election_ms)} "
            f"({_s(bounds.normal_ms)} + 2 x {profile.sentinel.failover_timeout} + 1s), and recovery.target is {target}",
            fix=fix,
            change=Change(("sentinel", "failoverTimeout"), f"{most}s") if reachable else None,
        )


@rule("RM022", Severity.WARNING)
def down_after_below_tilt(profile: Profile) -> Iterator[Fault]:
    """A down-after under 5 s can end in a deployment that never fails over again.

    Sentinel enters TILT for 30 s when DNS or the CPU stalls for 2 s, and marks a master that dies meanwhile too late:
    it then refuses every replica whose link was down for longer than the time since, plus ten times down-after. Both
    grow at the same rate, so it refuses them forever. Measured: with 2.5 s and 3 s never, with 5 s after 50 s.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      downAfter: 3s
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      downAfter: 5s
    ```
    Source: sentinel.c, sentinelSelectSlave; measured (docs/design.md, Recovery); https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    down_after = profile.sentinel.down_after
    if down_after < MIN_DOWN_AFTER:
        yield Fault(
            path=("sentinel", "downAfter"),
            fact=f"after 30 s of TILT, Sentinel refuses replicas that were cut off for more than 10 x {down_after}",
            fix=f"set downAfter to {MIN_DOWN_AFTER}",
            change=Change(("sentinel", "downAfter"), str(MIN_DOWN_AFTER)),
        )


@rule("RM023", Severity.WARNING)
def failover_timeout_too_short(profile: Profile) -> Iterator[Fault]:
    """Failovers are aborted while they are in progress: Sentinel sees a promotion up to a second late.

    A Sentinel queries the replica's role once a second. When failover-timeout ends first, it aborts the failover and
    starts another one: measured with 300 ms, two of them failed before one succeeded.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      failoverTimeout: 500ms
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      failoverTimeout: 9s
    ```
    Source: sentinel.c, sentinelFailoverWaitPromotion; measured;
    https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    timeout = profile.sentinel.failover_timeout
    if timeout.milliseconds < MIN_FAILOVER_TIMEOUT_MS:
        yield Fault(
            path=("sentinel", "failoverTimeout"),
            fact=f"Sentinel queries the role once a second, and aborts a promotion after {timeout}",
            fix="set failoverTimeout to 9s",
            change=Change(("sentinel", "failoverTimeout"), "9s"),
        )


@rule("RM025", Severity.WARNING)
def sentinel_may_be_throttled(profile: Profile) -> Iterator[Fault]:
    """A CPU limit can stop a Sentinel long enough to put it in TILT, in which it elects no one for 30 s.

    The limit is the container's: the shells of its probes use it too, and so does a link in a busy loop. A container
    that has used its share of a 100 ms period waits for the next one. A Sentinel that is two seconds late enters TILT.
    One that is 100 ms late with its vote has started an election of its own. Two of five losses of a node with master
    and Sentinel ended in split votes, and took 66 s instead of 7, with a failoverTimeout of 30s.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      resources:
        limits: {cpu: 200m}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      resources:
        requests: {cpu: 100m}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (TILT mode); docs/design.md,
    Recovery; docs/measurements/nodes.md.
    """
    limit = profile.sentinel.resources.limits.cpu
    if limit is not None and limit < ONE_CORE:
        yield Fault(
            path=("sentinel", "resources", "limits", "cpu"),
            fact=f"with {limit} of a core Sentinel and its probes wait for each other; 2 s late means 30 s of TILT",
            fix="remove the limit, or set it to 1 where the namespace demands one",
            instead=ONE_CORE,
        )


def _s(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g}s"
