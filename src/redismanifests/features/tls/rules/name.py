"""TLS name: rules about names in a certificate, and the names that clients connect to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM175", Severity.NOTE)
def addresses_outside_the_certificate(profile: Profile) -> Iterator[Fault]:
    """Sentinel returns the master's ClusterIP to clients, and the certificate contains only names.

    A client that verifies the server's name (redis-py from 6 on, Lettuce, Go's) connects to a Sentinel by name,
    receives an address, and refuses the master's certificate. Redis and Sentinel themselves verify only the CA's
    signature. If the CA signs for this deployment alone, that is enough for clients too: let them verify the chain and
    not the name (redis-py: `ssl_check_hostname=False`). Otherwise add the ClusterIPs of the pods' Services to the
    certificate; they last as long as the Services. Or announce names (`addressing.mode: hostname`, with its
    disadvantages).

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
            fact="Sentinel returns ClusterIPs, and no certificate has them: clients that verify names refuse it",
            fix="let clients verify the CA only, or add the pods' ClusterIPs to tls.certManager.ipAddresses",
        )


@rule("RM177", Severity.WARNING)
def outside_name_missing(profile: Profile) -> Iterator[Fault]:
    """A Service accepts clients from outside, and the certificate contains only names of the inside.

    Such clients connect to a name or an address of the load balancer or of a node. A client that verifies it refuses
    the certificate. A client that does not cannot detect an attacker that poses as the server.

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
