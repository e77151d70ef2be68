"""TLS: certificates of servers and exporters, their source, and whether clients need one.

The rendered lines are in templates/tls; templates of other features include them.
"""

from __future__ import annotations

from functools import partial
from ipaddress import ip_address
from typing import Annotated, Literal

from redismanifests.core.quoting.yamltext import appliable
from redismanifests.core.setting import Section, computed, required, section, setting
from redismanifests.core.values.bounded import Flag, Whole
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.names import CipherList, DnsName, KindName, ObjectName
from redismanifests.core.values.scalar import Refusal

SHORTEST, SHORTEST_RENEWAL = Duration.parse("1h"), Duration.parse("5m")
"""What cert-manager takes at the least (pkg/apis/certmanager/v1, MinimumCertificateDuration, MinimumRenewBefore)."""


def _not_below(least: Duration, duration: Duration) -> Duration:
    if duration < least:
        raise Refusal(f"{duration} is too short for cert-manager", f"write {least} or more", str(least))
    return duration


def _at_least(least: Duration) -> AfterValidator:
    return AfterValidator(partial(_not_below, least))


def _address(text: str) -> str:
    """Return ``text`` if it is an address in the form of certificates and the API server; else raise ValueError."""
    try:
        canonical = str(ip_address(text))
    except ValueError:
        raise Refusal(f"{text!r} is no address", "write one such as {}", "10.96.14.7") from None
    if canonical != text:
        raise Refusal(f"{text!r} is not how this address is written", "write {}", canonical)
    return text


Address = Annotated[str, AfterValidator(_address)]


class Issuer(Section):
    """Who signs: an object of cert-manager that exists."""

    name: ObjectName = required("Name of the issuer.", examples=["shop-ca"])
    kind: KindName = setting(
        "Issuer", "Issuer, ClusterIssuer, or an external issuer's kind.", why="cert-manager's"
    )
    group: ObjectName = setting(
        "cert-manager.io", "API group of that kind.", why="cert-manager's own issuers"
    )


class CertManager(Section):
    """The Certificate that cert-manager keeps renewed."""

    issuer: Issuer = required("Who signs; it must write ca.crt, as the CA, Vault and self-signed issuers do.")
    duration: Annotated[Duration, _at_least(SHORTEST)] = setting(
        Duration.parse("2160h"), "How long a certificate is valid.", why="cert-manager's default, 90 days"
    )
    renew_before: Annotated[Duration, _at_least(SHORTEST_RENEWAL)] = setting(
        Duration.parse("720h"),
        "Time before its end at which it is renewed; the pods must be restarted within this time.",
        why="a month to restart the pods, and to notice that it was not done",
    )
    algorithm: Literal["ECDSA", "RSA", "Ed25519"] = setting(
        "ECDSA",
        "Algorithm of the private key.",
        why="a handshake costs a fraction of RSA's; probes make many",
    )
    dns_names: tuple[DnsName, ...] = setting(
        (), "Further names, such as those that clients outside use.", examples=[["redis.example.com"]]
    )
    ip_addresses: tuple[Address, ...] = setting(
        (),
        "Further addresses, such as the ClusterIPs of the pods' Services, if clients verify what Sentinel returns.",
        examples=[["10.96.14.7"]],
    )


class PlainPorts(Section):
    """Additional ports without TLS, for clients that do not support TLS yet."""

    redis: Whole | None = setting(None, "Plain port of Redis.", ge=1024, le=65535, examples=[6380])
    sentinel: Whole | None = setting(None, "Plain port of Sentinel.", ge=1024, le=65535, examples=[26380])


class Tls(Section):
    """Encryption of every connection; `services.*.port` are then the ports with TLS."""

    enabled: Flag = setting(
        False,
        "Whether every connection uses TLS.",
        why="it needs a certificate, which only the team can provide",
    )
    secret_name: ObjectName = computed(
        "Secret with the keys tls.crt, tls.key and ca.crt, in the deployment's namespace.",
        why="named after the deployment; the keys are those that cert-manager writes",
    )
    cert_manager: CertManager | None = setting(
        None, "Renders a Certificate that cert-manager fills the Secret from; left out: the Secret is yours."
    )
    clients: Literal["required", "optional", "none"] = setting(
        "none",
        "tls-auth-clients: whether a client must present a certificate of the CA (mutual TLS), or may.",
        why="applications seldom have certificates; passwords identify them",
    )
    minimum_version: Literal["TLSv1.2", "TLSv1.3"] = setting(
        "TLSv1.2",
        "Oldest supported version of TLS.",
        why="every current client supports it",
        source="RFC 9325",
    )
    ciphers: CipherList | None = setting(
        None,
        "tls-ciphers: ciphers of TLS 1.2, as OpenSSL writes them.",
        examples=["ECDHE+AESGCM:ECDHE+CHACHA20"],
    )
    cipher_suites: CipherList | None = setting(
        None, "tls-ciphersuites: suites of TLS 1.3.", examples=["TLS_AES_256_GCM_SHA384"]
    )
    plain_ports: PlainPorts = section(PlainPorts, "Ports without TLS; not set means closed.")
    metrics: Flag = setting(
        False,
        "Whether the exporters answer over HTTPS, with the same certificate.",
        why="Prometheus needs the CA first",
    )
    revision: Annotated[str, AfterValidator(appliable)] | None = setting(
        None,
        "Any string; it becomes an annotation of the pods, so a change restarts them. Change it after a renewal.",
        examples=["2026-11-27"],
    )
