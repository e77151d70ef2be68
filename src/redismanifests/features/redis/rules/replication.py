"""Replication: rules about how many copies there are, what they acknowledge, and how they catch up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.profile.derived import sizing
from redismanifests.profile.derived.recovery import recovery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

MIN_LAG_SECONDS = 2
"""Replicas acknowledge once a second, and the master counts in integer seconds: 1 is below the usual delay."""

WRITES_BYTES_PER_SECOND = sizing.MIB
"""Writes of a busy application; the backlog must store them for the length of a failover."""


@rule("RM015", Severity.WARNING)
def too_few_redis(profile: Profile) -> Iterator[Fault]:
    """With two Redis pods, the loss of one leaves a single copy, or stops writes.

    Either the master stops writing whenever the replica restarts (minReplicasToWrite 1), or it acknowledges writes that
    exist on no other pod (0), also when it is cut off.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 3
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (example deployments).
    """
    if profile.redis.replicas < 3:
        yield Fault(
            path=("redis", "replicas"),
            fact="while one of two Redis is away, writes stop or have one copy only",
            fix="run 3 Redis",
        )


@rule("RM018", Severity.NOTE)
def every_replica_syncs_at_once(profile: Profile) -> Iterator[Fault]:
    """After a failover all replicas that are left may copy from the new master at the same time.

    While a replica loads a copy, it answers with old data or not at all, and cannot be promoted. If the new master
    dies as well, no replica can take over until one has finished.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 5
    sentinel:
      parallelSyncs: 4
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 5
    sentinel:
      parallelSyncs: 1
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (parallel-syncs).
    """
    # The old master is away, and the new one copies from no server.
    left = profile.redis.replicas - 2
    if profile.sentinel.parallel_syncs > 1 and profile.sentinel.parallel_syncs >= left:
        yield Fault(
            path=("sentinel", "parallelSyncs"),
            fact=f"after a failover {left} replicas are left, and all of them may copy at once",
            fix="set parallelSyncs to 1",
            change=Change(("sentinel", "parallelSyncs"), 1),
        )


@rule("RM029", Severity.WARNING)
def cut_off_master_outlives_target(profile: Profile) -> Iterator[Fault]:
    """A master that is cut off acknowledges writes for longer than recovery.target.

    Until minReplicasMaxLag has passed, it still counts replicas that do not answer any more. All writes that it
    acknowledges in this time are lost when the network is back: measured 778 to 831 writes with 10 s, 274 with 3.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasMaxLag: 60s
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasMaxLag: 10s
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (consistency under partitions).
    """
    lag, target = profile.redis.min_replicas_max_lag, profile.recovery.target
    if profile.redis.min_replicas_to_write and lag >= target:
        yield Fault(
            path=("redis", "minReplicasMaxLag"),
            fact=f"a master that is cut off acknowledges for {lag} and up to two seconds, and recovery.target is "
            f"{target}",
            fix="set minReplicasMaxLag to 10s",
            change=Change(("redis", "minReplicasMaxLag"), "10s"),
        )


@rule("RM036", Severity.WARNING)
def no_replica_acknowledges(profile: Profile) -> Iterator[Fault]:
    """The master acknowledges writes that no replica has received.

    A master that is cut off still acknowledges writes of the clients on its side. All of these are lost when the
    network is back: measured 5,367 of 5,503 writes in 60 s.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasToWrite: 0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasToWrite: 1
    ```
    Source: measured (docs/design.md, What it does not cover); https://redis.io/docs/latest/operate/oss_and_stack/management/replication/.
    """
    redis = profile.redis
    # With two pods there is no good choice: RM015 reports that.
    if redis.min_replicas_to_write == 0 and redis.replicas >= 3:
        yield Fault(
            path=("redis", "minReplicasToWrite"),
            fact="a master that is cut off acknowledges writes that are lost when it rejoins",
            fix="set it to 1",
            change=Change(("redis", "minReplicasToWrite"), 1),
        )


@rule("RM037", Severity.ERROR)
def every_replica_must_acknowledge(profile: Profile) -> Iterator[Fault]:
    """The master refuses writes as soon as one replica is away: every restart of a pod is a write outage.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 3
      minReplicasToWrite: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 3
      minReplicasToWrite: 1
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (allow writes only with N
    attached replicas).
    """
    replicas, needed = profile.redis.replicas - 1, profile.redis.min_replicas_to_write
    if needed >= replicas:
        yield Fault(
            path=("redis", "minReplicasToWrite"),
            fact=f"writes need {needed} of {replicas} replicas, so each restart of one stops them",
            fix=f"set minReplicasToWrite to {max(0, replicas - 1)}, or run more replicas",
            change=Change(("redis", "minReplicasToWrite"), max(0, replicas - 1)),
        )


@rule("RM050", Severity.NOTE)
def output_buffer_below_backlog(profile: Profile) -> Iterator[Fault]:
    """The replicas' output buffer is smaller than the backlog, so Redis ignores it.

    A replica that may fall behind by the backlog must not be dropped for less: Redis takes the backlog's size instead.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replBacklogSize: 128Mi
      replicaOutputBuffer: 64Mi
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replBacklogSize: 64Mi
      replicaOutputBuffer: 128Mi
    ```
    Source: https://github.com/redis/redis/blob/7.0/redis.conf (client-output-buffer-limit).
    """
    backlog, buffer = profile.redis.repl_backlog_size, profile.redis.replica_output_buffer
    if buffer < backlog:
        yield Fault(
            path=("redis", "replicaOutputBuffer"),
            fact=f"{buffer} are less than the backlog of {backlog}, which is used instead",
            fix="leave replicaOutputBuffer out",
        )


@rule("RM051", Severity.WARNING)
def output_buffer_too_small(profile: Profile) -> Iterator[Fault]:
    """A replica is dropped before its first full copy is finished, reconnects, and starts the copy again.

    Writes that arrive during a copy wait in the replica's output buffer. When it overflows, the master closes the link
    and the copy starts again. Under load this never ends, and each copy costs a fork and a transfer of all data.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replBacklogSize: 16Mi
      replicaOutputBuffer: 16Mi
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replBacklogSize: 32Mi
      replicaOutputBuffer: 256Mi
    ```
    Source: https://redis.io/blog/top-redis-headaches-for-devops-replication-buffer/.
    """
    buffer = sizing.replica_buffer_bytes(profile)
    if buffer < sizing.MIN_OUTPUT_BUFFER_BYTES:
        yield Fault(
            path=("redis", "replicaOutputBuffer"),
            fact=f"a replica that copies is dropped after {sizing.mebibytes(buffer)} of new writes, "
            "and copies again from the start",
            fix="leave replicaOutputBuffer out, or set it to 64Mi or more",
        )


@rule("RM052", Severity.WARNING)
def backlog_too_small(profile: Profile) -> Iterator[Fault]:
    """The backlog is too small for a failover: every replica then copies all data again.

    A replica that reconnects requests the writes that it missed. If they are not in the backlog any more, it needs a
    full copy: a fork of the new master, a transfer of all data, and a replica that cannot be promoted meanwhile.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replBacklogSize: 1Mi
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replBacklogSize: 64Mi
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (how Redis replication works).
    """
    seconds = -(-recovery(profile).normal_ms // 1000)
    needed, backlog = seconds * WRITES_BYTES_PER_SECOND, profile.redis.repl_backlog_size
    if backlog.bytes < needed:
        yield Fault(
            path=("redis", "replBacklogSize"),
            fact=f"a failover may take {seconds} s, and at 1Mi of writes a second {backlog} last "
            f"{backlog.bytes // WRITES_BYTES_PER_SECOND} s",
            fix=f"leave replBacklogSize out, or set it to {sizing.mebibytes(needed)} or more",
        )


@rule("RM058", Severity.WARNING)
def lag_below_acknowledgements(profile: Profile) -> Iterator[Fault]:
    """Replicas count as lost between two of their acknowledgements: writes are refused at times.

    Replicas acknowledge once a second, and the master compares integer seconds. With a lag of one second a single late
    acknowledgement turns into NOREPLICAS for every client.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasMaxLag: 1s
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasMaxLag: 3s
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (allow writes only with N
    attached replicas).
    """
    lag = profile.redis.min_replicas_max_lag
    if profile.redis.min_replicas_to_write and lag.whole_seconds < MIN_LAG_SECONDS:
        yield Fault(
            path=("redis", "minReplicasMaxLag"),
            fact=f"replicas acknowledge once a second, and after {lag} they no longer count",
            fix="set minReplicasMaxLag to 3s or more",
        )
