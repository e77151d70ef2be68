"""TLS rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM176", Severity.ERROR, waivable=False)
def renewal_before_the_beginning(profile: Profile) -> Iterator[Fault]:
    """The certificate would be renewed before it begins: cert-manager refuses it.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager:
        issuer: {name: shop-ca}
        duration: 720h
        renewBefore: 720h
        ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager:
        issuer: {name: shop-ca}
        duration: 720h
        renewBefore: 240h
        ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]
    ```
    Source: https://github.com/cert-manager/cert-manager/blob/v1.16.0/internal/apis/certmanager/validation/certificate.go
    (ValidateDuration).
    """
    asked = profile.tls.cert_manager
    if asked is not None and asked.renew_before >= asked.duration:
        yield Fault(
            path=("tls", "certManager", "renewBefore"),
            fact=f"a certificate of {asked.duration} cannot be renewed {asked.renew_before} before its end",
            fix="set renewBefore to a third of duration",
        )


@rule("RM178", Severity.WARNING)
def plain_port_open(profile: Profile) -> Iterator[Fault]:
    """A port without TLS is open in addition to the port with TLS.

    An attacker on the network can read its traffic, passwords included. Sentinel always returns the ports with TLS, so
    a client of the plain port must have the plain port of Redis in its settings. Use plain ports only while clients
    move to TLS.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      plainPorts: {redis: 6380}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/.
    """
    ports = profile.tls.plain_ports
    for component, port in (("redis", ports.redis), ("sentinel", ports.sentinel)):
        if profile.tls.enabled and port is not None:
            yield Fault(
                path=("tls", "plainPorts", component),
                fact=f"port {port} is open without TLS: an attacker on the network can read its traffic",
                fix="remove it as soon as every client uses TLS",
            )


@rule("RM179", Severity.WARNING)
def ciphers_of_an_unspoken_version(profile: Profile) -> Iterator[Fault]:
    """Ciphers of TLS 1.2 are set, and TLS 1.2 is off: the setting has no effect.

    TLS 1.3 has suites of its own, which `tls-ciphers` does not touch.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      minimumVersion: TLSv1.3
      ciphers: ECDHE+AESGCM
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      minimumVersion: TLSv1.3
      cipherSuites: TLS_AES_256_GCM_SHA384
    ```
    Source: https://github.com/redis/redis/blob/7.0/redis.conf (tls-ciphers, tls-ciphersuites).
    """
    chosen = profile.tls
    if chosen.enabled and chosen.minimum_version == "TLSv1.3" and chosen.ciphers is not None:
        yield Fault(
            path=("tls", "ciphers"),
            fact="these are ciphers of TLS 1.2, and minimumVersion is TLSv1.3",
            fix="choose suites of TLS 1.3 with cipherSuites, or remove the line",
        )


@rule("RM180", Severity.WARNING)
def tls_set_up_and_off(profile: Profile) -> Iterator[Fault]:
    """Certificates or ports of TLS are set, and TLS is off: nothing is encrypted, without an error.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
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
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/.
    """
    chosen = profile.tls
    told = chosen.model_fields_set - {"enabled"}
    if told and not chosen.enabled:
        yield Fault(
            path=("tls",),
            fact="TLS is set up and not enabled: nothing is encrypted",
            fix="set tls.enabled to true, or remove the section",
            at_key=True,
        )
