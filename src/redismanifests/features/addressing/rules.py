"""Addressing rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.profile.derived.configuration import lines
from redismanifests.profile.derived.members import redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

LONGEST_HOST = 253
LONGEST_PART = 63
"""Bounds of DNS, in characters (RFC 1035, 2.3.4; without the root's dot)."""

ANNOUNCING = ("replica-announce-ip", "slave-announce-ip")


@rule("RM040", Severity.WARNING)
def hostname_behind_a_slow_dns(profile: Profile) -> Iterator[Fault]:
    """Host names make failover depend on DNS, and on how long DNS remembers what is no longer true.

    CoreDNS as kubeadm configures it keeps a deleted pod's address, and then its absence, for up to 30 seconds each. On
    a real cluster that left a Sentinel with a wrong master forever, a deployment 86 seconds without a master, and lost
    4 acknowledged writes when all pods were deleted. With a TTL of 5 seconds these are rare (before a starting
    Sentinel waited for its master's name, one of 20 rehearsed power losses lost 60 acknowledged writes). But a DNS
    outage still stops failover until DNS is back and 30 seconds more (with a down-after of 5 s and more than 20 s
    without DNS no replica is promoted even then: the old master itself has to return). Half an outage is enough:
    Sentinel resolves names in its only thread. When a node with one of two CoreDNS pods died, there was no master for
    72 to 93 seconds.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    addressing:
      mode: hostname
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    addressing:
      mode: service
    ```
    Source: measured (docs/design.md, Addressing); https://github.com/redis/redis/issues/12184.
    """
    if profile.addressing.mode == "hostname":
        yield Fault(
            path=("addressing", "mode"),
            fact="CoreDNS answers with outdated addresses for up to 30 s, and Sentinel uses them",
            fix="use mode: service, or lower CoreDNS's ttl and cache to 5 s and accept no failover without DNS",
        )


@rule("RM041", Severity.ERROR, waivable=False)
def host_name_too_long(profile: Profile) -> Iterator[Fault]:
    """A member's full name is longer than DNS allows: it can never be resolved.

    A name has at most 253 characters, and each part between its dots at most 63.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    addressing:
      clusterDomain: a-cluster-whose-domain-repeats-the-whole-name-of-its-organisation-and-region.example
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    addressing:
      clusterDomain: cluster.local
    ```
    Source: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4.
    """
    hosts = (*redis_workload(profile).hosts, *sentinel_workload(profile).hosts)
    longest = max(hosts, key=len)
    part = max(longest.split("."), key=len)
    if len(longest) > LONGEST_HOST:
        fact = f"{longest[:40]}... has {len(longest)} characters, and DNS allows {LONGEST_HOST}"
    elif len(part) > LONGEST_PART:
        fact = f"{part[:40]}... has {len(part)} characters, and DNS allows {LONGEST_PART} between two dots"
    else:
        return
    yield Fault(
        ("addressing", "clusterDomain"), fact, "shorten the cluster domain, the namespace or the names"
    )


@rule("RM042", Severity.ERROR, waivable=False)
def cluster_domain_with_svc(profile: Profile) -> Iterator[Fault]:
    """The cluster's domain is written with the `svc` that Kubernetes puts before it: no name would ever resolve.

    A Service is called NAME.NAMESPACE.svc.DOMAIN; the domain is what follows.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    addressing:
      clusterDomain: svc.cluster.local
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    addressing:
      clusterDomain: cluster.local
    ```
    Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/.
    """
    domain = profile.addressing.cluster_domain
    if domain.partition(".")[0] == "svc":
        yield Fault(
            path=("addressing", "clusterDomain"),
            fact=f"members would be looked up as ....svc.{domain}",
            fix=f"set clusterDomain to {domain.removeprefix('svc.')}",
            change=Change(("addressing", "clusterDomain"), domain.removeprefix("svc.")),
        )


@rule("RM045", Severity.ERROR, waivable=False)
def sentinel_knows_no_replica(profile: Profile) -> Iterator[Fault]:
    """Redis announces a name of its own choice, and Sentinel drops every replica that announces one it cannot read.

    This fault was observed: host names announced, resolve-hostnames off. Every Sentinel counted no replica (num-slaves
    0), CKQUORUM answered OK, and after the master died no replica was promoted. An address instead of a name does not
    help, because all pods would announce the same one. So addressing.mode is one switch for Redis and Sentinel, and the
    start script announces each pod accordingly.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - replica-announce-ip redis-0.redis-headless.shop.svc.cluster.local
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    addressing:
      mode: service
    ```
    Source: measured (docs/design.md, The fault that the design prevents); sentinel.c, createSentinelAddr;
    https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (IP addresses and DNS names).
    """
    for path, directive, words in lines(profile):
        if directive in ANNOUNCING:
            mode = profile.addressing.mode
            resolves = "resolves no names" if mode == "service" else "knows each pod by its own name"
            yield Fault(
                path=path,
                fact=f"every pod would announce {' '.join(words)}, and Sentinel {resolves}: "
                "it would find no replica, and promote none when the master dies, while CKQUORUM answers OK",
                fix="remove the line; addressing.mode decides what pods announce",
            )
