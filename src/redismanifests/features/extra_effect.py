"""Extra effect: rules about what an extra line of redis.conf does to a server that runs as a member in a container.

What must not come in: which lines are allowed at all (features/extra_config.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.facts.configuration import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

FILES = ("aclfile", "include", "logfile", "tls-ca-cert-file", "tls-cert-file", "tls-key-file")
"""Directives that name a file which must be there, or must be made, before the server runs."""

WRITABLE = ("/data/", "/dev/")
"""Everything else in the container is read-only, and holds nothing but the image and our scripts."""

PING_REPLICA_SECONDS = 10
"""repl-ping-replica-period, where no line sets it (redis.conf)."""

MIN_CLIENTS = 64
"""Members, Sentinels (two links each), probes, exporter and some application; Redis' default is 10,000."""


@rule("RM083", Severity.ERROR, waivable=False)
def file_not_in_the_pod(profile: Profile) -> Iterator[Fault]:
    """A line names a file that the container does not have, or cannot write: the server ends at once.

    The pod holds the image, our scripts and the volume at /data; its root file system is read-only. An `include` would
    also bring in lines that no rule has seen.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - logfile /var/log/redis.log
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - logfile ""
    ```
    Source: config.c, loadServerConfig; server.c, main; https://kubernetes.io/docs/concepts/storage/volumes/.
    """
    for path, name, words in lines(profile):
        file = words[0] if words else ""
        if name in FILES and file and not file.startswith(WRITABLE):
            yield Fault(
                path, f"{name} names {file}, which the pod does not have or may not write", "remove the line"
            )


@rule("RM084", Severity.ERROR, waivable=False)
def server_leaves_the_foreground(profile: Profile) -> Iterator[Fault]:
    """The server goes to the background, the container's process ends, and the kubelet starts it again, for ever.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - daemonize yes
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - daemonize no
    ```
    Source: server.c, daemonize; https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states.
    """
    for path, name, words in lines(profile):
        if name == "daemonize" and [word.lower() for word in words] == ["yes"]:
            yield Fault(
                path, "the container ends when its first process goes to the background", "remove the line"
            )


@rule("RM085", Severity.WARNING)
def replication_link_times_out(profile: Profile) -> Iterator[Fault]:
    """A replica gives the link up between two signs of life of its master.

    The master pings its replicas every repl-ping-replica-period (10 s), so while nobody writes a shorter repl-timeout
    closes a healthy link, again and again. Each time the replica counts as gone: with min-replicas-to-write, writes are
    refused.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - repl-timeout 5
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - repl-timeout 30
    ```
    Source: https://github.com/redis/redis/blob/7.0/redis.conf (repl-timeout).
    """
    period = PING_REPLICA_SECONDS
    for _, name, words in lines(profile):
        if name in ("repl-ping-replica-period", "repl-ping-slave-period"):
            period = _number(words, period)
    for path, name, words in lines(profile):
        if name == "repl-timeout" and _number(words, period + 1) <= period:
            yield Fault(
                path=path,
                fact=f"the master gives a sign of life every {period} s, and the link ends after {words[0]} s without",
                fix=f"set it to {3 * period} or more",
            )


@rule("RM086", Severity.ERROR, waivable=False)
def cluster_under_sentinel(profile: Profile) -> Iterator[Fault]:
    """Cluster mode and Sentinel exclude each other: a server in cluster mode refuses to be anybody's replica.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - cluster-enabled yes
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - cluster-enabled no
    ```
    Source: config.c, "replicaof directive not allowed in cluster mode";
    https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/.
    """
    for path, name, words in lines(profile):
        if name == "cluster-enabled" and [word.lower() for word in words] == ["yes"]:
            yield Fault(
                path, "a server in cluster mode cannot be a replica, and ends at its start", "remove the line"
            )


@rule("RM087", Severity.WARNING)
def too_few_clients(profile: Profile) -> Iterator[Fault]:
    """A crowd of clients keeps Sentinel and the probes out: a healthy master then looks dead.

    maxclients counts everybody: replicas, Sentinels with two links each, probes, the exporter. Who comes last is turned
    away with an error, and a Sentinel that cannot come back in holds the master for down.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - maxclients 20
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - maxclients 5000
    ```
    Source: https://redis.io/docs/latest/develop/reference/clients/ (maximum concurrent connected clients).
    """
    for path, name, words in lines(profile):
        if name == "maxclients" and _number(words, MIN_CLIENTS) < MIN_CLIENTS:
            yield Fault(
                path=path,
                fact=f"{words[0]} connections are for members, Sentinels, probes and exporter too",
                fix=f"remove the line, or set it to {MIN_CLIENTS} or more",
            )


def _number(words: tuple[str, ...], otherwise: int) -> int:
    return int(words[0]) if words and words[0].isdecimal() else otherwise


FEATURE = Feature(
    "extraEffect",
    rules=(
        file_not_in_the_pod,
        server_leaves_the_foreground,
        replication_link_times_out,
        cluster_under_sentinel,
        too_few_clients,
    ),
)
