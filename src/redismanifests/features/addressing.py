"""Addressing: how members name each other: by a Service of their own, or by their host name.

One switch for every line that depends on it. A host name announced by Redis and not resolved by Sentinel is how the
hand-built deployment came to know no replica. What must not come in: who the members are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.names import ClusterDomain
from redismanifests.core.setting import Section, setting
from redismanifests.facts.configuration import lines
from redismanifests.facts.members import redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

LONGEST_HOST = 253
LONGEST_PART = 63
"""Bounds of DNS, in characters (RFC 1035, 2.3.4; without the root's dot)."""

ANNOUNCING = ("replica-announce-ip", "slave-announce-ip")


class Addressing(Section):
    """How Redis and Sentinel announce themselves."""

    mode: Literal["service", "hostname"] = setting(
        "service",
        "service: each pod has a ClusterIP Service of its own and announces its address; no DNS in Sentinel's way. "
        "hostname: pods announce their stable names behind the headless Service.",
        why="a DNS outage while the master dies costs 7 s with Services, and 64 to 109 s with host names",
        source="measured on Kubernetes 1.32, three nodes (docs/cluster.md)",
    )
    cluster_domain: ClusterDomain = setting(
        "cluster.local",
        "The cluster's DNS domain.",
        why="what kubeadm, k3s and the clouds set",
        source="kubeadm",
    )


class AddressingView(NamedTuple):
    """The switch, as templates need it."""

    mode: str
    by_service: bool
    by_hostname: bool
    service_links: bool


def _view(profile: Profile) -> AddressingView:
    by_service = profile.addressing.mode == "service"
    # The kubelet's service variables are the one way to a ClusterIP that needs no DNS.
    return AddressingView(profile.addressing.mode, by_service, not by_service, by_service)


@rule("RM040", Severity.WARNING)
def hostname_behind_a_slow_dns(profile: Profile) -> Iterator[Fault]:
    """Host names make failover depend on DNS, and on how long DNS remembers what is no longer true.

    CoreDNS as kubeadm configures it keeps a deleted pod's address, and then its absence, for up to 30 seconds each.
    On a real cluster that left a Sentinel with a wrong master for ever, a deployment 86 seconds without a master, and
    lost 4 acknowledged writes when all pods were deleted. With a TTL of 5 seconds these are rare (before a starting
    Sentinel waited for its master's name, one of 20 rehearsed power losses lost 60 acknowledged writes). But a DNS
    outage still stops failover until DNS is back and 30 seconds more (with a down-after of 5 s and more than 20 s
    without DNS no replica is promoted even then: the old master itself has to come back), and half an outage is one:
    Sentinel resolves names in its only thread, and a node that died with one of two CoreDNS on it left a master away
    for 72 to 93 seconds.

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
            fact="CoreDNS answers with addresses of the past for up to 30 s, and Sentinel believes them",
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

    This is the fault of the hand-built deployment: host names announced, resolve-hostnames off. Every Sentinel counted
    no replica at all (num-slaves 0), CKQUORUM said OK, and after the master's death there was never a new one. An
    address instead of a name is no better, because all pods would announce the same. So addressing.mode is one switch
    for Redis and Sentinel alike, and the start script announces for each pod what that says.

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
    Source: measured (docs/design.md, The fault that this project comes from); sentinel.c, createSentinelAddr;
    https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (IP addresses and DNS names).
    """
    for path, directive, words in lines(profile):
        if directive in ANNOUNCING:
            mode = profile.addressing.mode
            resolves = "resolves no names" if mode == "service" else "knows each pod by its own name"
            yield Fault(
                path=path,
                fact=f"every pod would announce {' '.join(words)}, and Sentinel {resolves}: "
                "it would know no replica, and promote none when the master dies, while CKQUORUM says OK",
                fix="remove the line; addressing.mode decides what pods announce",
            )


FEATURE = Feature(
    "addressing",
    view=_view,
    rules=(
        hostname_behind_a_slow_dns,
        host_name_too_long,
        cluster_domain_with_svc,
        sentinel_knows_no_replica,
    ),
)
