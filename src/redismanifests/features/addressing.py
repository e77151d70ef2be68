"""Addressing: how members name each other: by a Service of their own, or by their host name.

One switch for every line that depends on it. A host name announced by Redis and not resolved by Sentinel is how the
hand-built deployment came to know no replica. What must not come in: who the members are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.core.names import ClusterDomain
from redismanifests.core.setting import Section, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile


class Addressing(Section):
    """How Redis and Sentinel announce themselves."""

    mode: Literal["service", "hostname"] = setting(
        "service",
        "service: each pod has a ClusterIP Service of its own and announces its address; no DNS in Sentinel's way. "
        "hostname: pods announce their stable names behind the headless Service.",
        why="a DNS outage while the master dies costs 7 s with Services, and 32 to 86 s with host names",
        source="measured on Kubernetes 1.32, three nodes (docs/design.md)",
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
    lost 4 acknowledged writes when all pods were deleted. With a TTL of 5 seconds none of these was seen, but a DNS
    outage still stops failover until DNS is back and 30 seconds more.

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
    Source: measured on Kubernetes 1.32, three nodes (docs/design.md); redis/redis#12184.
    """
    if profile.addressing.mode == "hostname":
        yield Fault(
            path=("addressing", "mode"),
            fact="CoreDNS answers with addresses of the past for up to 30 s, and Sentinel believes them",
            fix="use mode: service, or lower CoreDNS's ttl and cache to 5 s and accept no failover without DNS",
        )


FEATURE = Feature("addressing", view=_view, rules=(hostname_behind_a_slow_dns,))
