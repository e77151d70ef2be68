"""Extra effect: rules about extra lines of redis.conf that break a member in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived.configuration import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

FILES = ("aclfile", "include", "logfile", "tls-ca-cert-file", "tls-cert-file", "tls-key-file")
"""Directives that name a file which must exist, or must be created, before the server runs."""

WRITABLE = ("/data/", "/dev/")
"""Everything else in the container is read-only, and contains only the image and our scripts."""

PING_REPLICA_SECONDS = 10
"""repl-ping-replica-period, where no line sets it (redis.conf)."""

MIN_CLIENTS = 64
"""Members, Sentinels (two links each), probes, exporter and some application; Redis' default is 10,000."""


@rule("RM083", Severity.ERROR, waivable=False)
def file_not_in_the_pod(profile: Profile) -> Iterator[Fault]:
    """A line names a file that the container does not have, or cannot write: the server exits at once.

    The pod has the image, our scripts and the volume at /data; its root file system is read-only. An `include` would
    also add lines that no rule has judged.

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
    """The server goes to the background, the container's process exits, and the kubelet restarts it forever.

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
                path, "the container stops when its first process goes to the background", "remove the line"
            )


@rule("RM085", Severity.WARNING)
def replication_link_times_out(profile: Profile) -> Iterator[Fault]:
    """A replica closes the link between two pings of its master.

    The master pings its replicas every repl-ping-replica-period (10 s), so without writes a shorter repl-timeout
    closes a healthy link repeatedly. Each time the replica counts as lost: with min-replicas-to-write, writes are
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
                fact=f"the master pings every {period} s, and the link closes after {words[0]} s of silence",
                fix=f"set it to {3 * period} or more",
            )


@rule("RM086", Severity.ERROR, waivable=False)
def cluster_under_sentinel(profile: Profile) -> Iterator[Fault]:
    """Cluster mode and Sentinel exclude each other: a server in cluster mode cannot be a replica.

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
                path,
                "a server in cluster mode cannot be a replica, and exits at its start",
                "remove the line",
            )


@rule("RM087", Severity.WARNING)
def too_few_clients(profile: Profile) -> Iterator[Fault]:
    """Too many clients lock out Sentinel and the probes: a healthy master then looks dead.

    maxclients counts every connection: replicas, Sentinels with two links each, probes, the exporter. Redis refuses
    further connections with an error. A Sentinel that cannot reconnect regards the master as down.

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
