"""TLS name: rules about what a certificate names, and by what clients reach who shows it.

What must not come in: the settings themselves (features/tls.py), which names there are (facts/tls.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile


@rule("RM175", Severity.NOTE)
def addresses_outside_the_certificate(profile: Profile) -> Iterator[Fault]:
    """Sentinel tells clients the master's ClusterIP, and a certificate of names does not hold it.

    A client that verifies whom it speaks to (redis-py from 6 on, Lettuce, Go's) connects to a Sentinel by its name, is
    told an address, and refuses the master's certificate. Redis and Sentinel among themselves verify only that the CA
    has signed. With a CA that signs for this deployment alone, that is enough for clients too: let them verify the
    chain and not the name (redis-py: `ssl_check_hostname=False`). Else put the ClusterIPs of the pods' Services into
    the certificate, they stay as long as the Services, or announce names (`addressing.mode: hostname`, at its price).

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager:
        issuer: {name: shop-ca}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager:
        issuer: {name: shop-ca}
        ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]
    ```
    Source: measured with redis-py (docs/tls.md, Names); https://github.com/redis/redis/blob/7.0/src/tls.c (no
    SSL_set1_host).
    """
    chosen = profile.tls
    held = len(chosen.cert_manager.ip_addresses) if chosen.cert_manager else 0
    if chosen.enabled and profile.addressing.mode == "service" and held < profile.redis.replicas:
        yield Fault(
            path=("tls", "enabled"),
            fact="Sentinel tells clients ClusterIPs that no certificate holds: who verifies names refuses them",
            fix="let clients verify the CA only, or add the pods' ClusterIPs to tls.certManager.ipAddresses",
        )


@rule("RM177", Severity.WARNING)
def outside_name_missing(profile: Profile) -> Iterator[Fault]:
    """A Service is open to the outside, and the certificate holds only names of the inside.

    Clients there connect to a name or an address of the load balancer or of a node: who verifies it refuses the
    certificate, and who does not cannot tell the server from anybody in between.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth: {mode: password}
    networkPolicy: {enabled: true, clients: [{cidr: 10.0.0.0/8}]}
    services:
      redis: {type: LoadBalancer}
    tls:
      enabled: true
      certManager:
        issuer: {name: shop-ca}
        ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth: {mode: password}
    networkPolicy: {enabled: true, clients: [{cidr: 10.0.0.0/8}]}
    services:
      redis: {type: LoadBalancer}
    tls:
      enabled: true
      certManager:
        issuer: {name: shop-ca}
        ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]
        dnsNames: [redis.example.com]
    ```
    Source: https://www.rfc-editor.org/rfc/rfc9525 (verification of names).
    """
    asked = profile.tls.cert_manager
    if not profile.tls.enabled or asked is None or asked.dns_names:
        return
    for component, services in (("redis", profile.services.redis), ("sentinel", profile.services.sentinel)):
        if services.type != "ClusterIP":
            yield Fault(
                path=("services", component, "type"),
                fact=f"clients behind a {services.type} use a name that is not in the certificate",
                fix="add it to tls.certManager.dnsNames, or set the type to ClusterIP",
            )


FEATURE = Feature("tls_name", rules=(addresses_outside_the_certificate, outside_name_missing))
