"""TLS: certificates for clients, replication, Sentinel and exporters: where they come from, who must show one.

The lines stand in templates/tls, and other rooms' templates name the place. What must not come in: which names there
are and what redis-cli is told (facts/tls.py), passwords.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import AfterValidator

from redismanifests.core.bounded import Flag, Whole
from redismanifests.core.duration import Duration
from redismanifests.core.feature import Fault, Feature, ObjectTemplate, rule
from redismanifests.core.findings import Severity
from redismanifests.core.names import CipherList, DnsName, KindName, ObjectName
from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.core.yamltext import appliable
from redismanifests.facts import tls
from redismanifests.facts.members import redis_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

SHORTEST, SHORTEST_RENEWAL = Duration.parse("1h"), Duration.parse("5m")
"""What cert-manager takes at the least (pkg/apis/certmanager/v1, MinimumCertificateDuration, MinimumRenewBefore)."""


def _at_least(least: Duration) -> AfterValidator:
    def check(duration: Duration) -> Duration:
        if duration < least:
            raise ValueError(f"{duration} is too short: cert-manager takes {least} or more")
        return duration

    return AfterValidator(check)


def _address(text: str) -> str:
    """``text`` itself, where it is an address written as certificates and the API server write it."""
    try:
        canonical = str(ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is no address: write one such as 10.96.14.7") from None
    if canonical != text:
        raise ValueError(f"{text!r} is not how this address is written: write {canonical}")
    return text


Address = Annotated[str, AfterValidator(_address)]


class Issuer(Section):
    """Who signs: an object of cert-manager that exists."""

    name: ObjectName = setting(..., "Name of the issuer.", examples=["shop-ca"])
    kind: KindName = setting(
        "Issuer", "Issuer, ClusterIssuer, or an external issuer's kind.", why="cert-manager's"
    )
    group: ObjectName = setting(
        "cert-manager.io", "API group of that kind.", why="cert-manager's own issuers"
    )


class CertManager(Section):
    """The Certificate that cert-manager keeps renewed."""

    issuer: Issuer = setting(
        ..., "Who signs; it must write ca.crt, as the CA, Vault and self-signed issuers do."
    )
    duration: Annotated[Duration, _at_least(SHORTEST)] = setting(
        Duration.parse("2160h"), "How long a certificate is valid.", why="cert-manager's default, 90 days"
    )
    renew_before: Annotated[Duration, _at_least(SHORTEST_RENEWAL)] = setting(
        Duration.parse("720h"),
        "How long before its end it is renewed; until then the pods have to be rolled.",
        why="a month to roll the pods, and to see that nobody did",
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
        "Further addresses, such as the ClusterIPs of the pods' Services, for clients that verify what Sentinel told.",
        examples=[["10.96.14.7"]],
    )


class PlainPorts(Section):
    """Ports without TLS beside those with it, for clients that cannot speak it yet."""

    redis: Whole | None = setting(None, "Plain port of Redis.", ge=1024, le=65535, examples=[6380])
    sentinel: Whole | None = setting(None, "Plain port of Sentinel.", ge=1024, le=65535, examples=[26380])


class Tls(Section):
    """Encryption of every connection; `services.*.port` are then the ports that speak TLS."""

    enabled: Flag = setting(
        False, "Whether everything speaks TLS.", why="it needs a certificate, which only the team can provide"
    )
    secret_name: ObjectName = computed(
        lambda profile: f"{profile.name}-tls",
        "Secret with the keys tls.crt, tls.key and ca.crt, in the deployment's namespace.",
        why="named after the deployment; the keys are those that cert-manager writes",
    )
    cert_manager: CertManager | None = setting(
        None, "Renders a Certificate that cert-manager fills the Secret from; left out: the Secret is yours."
    )
    clients: Literal["required", "optional", "none"] = setting(
        "none",
        "tls-auth-clients: whether everybody who connects must show a certificate of the CA (mutual TLS), or may.",
        why="applications seldom have certificates; passwords tell them apart",
    )
    minimum_version: Literal["TLSv1.2", "TLSv1.3"] = setting(
        "TLSv1.2",
        "Oldest version of TLS that is spoken.",
        why="every client of today speaks it",
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
    plain_ports: PlainPorts = section(PlainPorts, "Ports without TLS; closed where not said.")
    metrics: Flag = setting(
        False,
        "Whether the exporters answer over HTTPS, with the same certificate.",
        why="Prometheus has to be told of the CA first",
    )
    revision: Annotated[str, AfterValidator(appliable)] | None = setting(
        None,
        "Any text; it becomes an annotation of the pods, so a change rolls them: after a renewal.",
        examples=["2026-11-27"],
    )


class TlsView(NamedTuple):
    """Facts for the templates."""

    enabled: bool
    secret_name: str
    folder: str
    certificate: str
    key: str
    authority: str
    auth_clients: str
    protocols: str
    ciphers: str | None
    cipher_suites: str | None
    revision: str | None


class CertificateView(NamedTuple):
    """What cert-manager is asked for."""

    name: str
    issuer_name: str
    issuer_kind: str
    issuer_group: str
    duration: str
    renew_before: str
    algorithm: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]


AUTH_CLIENTS = {"required": "yes", "optional": "optional", "none": "no"}
PROTOCOLS = {"TLSv1.2": "TLSv1.2 TLSv1.3", "TLSv1.3": "TLSv1.3"}


def _view(profile: Profile) -> TlsView:
    chosen = profile.tls
    return TlsView(
        enabled=chosen.enabled,
        secret_name=chosen.secret_name,
        folder=tls.FOLDER,
        certificate=tls.CERTIFICATE,
        key=tls.KEY,
        authority=tls.AUTHORITY,
        auth_clients=AUTH_CLIENTS[chosen.clients],
        protocols=PROTOCOLS[chosen.minimum_version],
        ciphers=chosen.ciphers,
        cipher_suites=chosen.cipher_suites,
        revision=chosen.revision if chosen.enabled else None,
    )


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    asked = profile.tls.cert_manager
    if not profile.tls.enabled or asked is None:
        return
    view = CertificateView(
        name=profile.tls.secret_name,
        issuer_name=asked.issuer.name,
        issuer_kind=asked.issuer.kind,
        issuer_group=asked.issuer.group,
        duration=str(asked.duration),
        renew_before=str(asked.renew_before),
        algorithm=asked.algorithm,
        names=tuple(dict.fromkeys((*tls.names(profile), *asked.dns_names))),
        addresses=tuple(dict.fromkeys((tls.LOCAL_ADDRESS, *asked.ip_addresses))),
    )
    facts = {"workload": redis_workload(profile), "certificate": view}
    yield ObjectTemplate(f"{profile.name}-certificate.yaml", "tls/certificate.yaml.j2", facts)


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
    """A port without TLS is open beside the one with it.

    Who is on the way reads what goes through it, passwords included. Sentinel tells everybody the ports with TLS, so a
    client that comes through the plain one has to know the plain port of Redis by itself. It is meant for the days in
    which clients move.

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
                fact=f"port {port} is open without TLS: who is on the way reads along",
                fix="remove it as soon as every client speaks TLS",
            )


@rule("RM179", Severity.WARNING)
def ciphers_of_an_unspoken_version(profile: Profile) -> Iterator[Fault]:
    """Ciphers of TLS 1.2 are chosen, and nobody may speak TLS 1.2: the choice has no effect.

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
    """Certificates or ports of TLS are set up, and TLS is off: nothing is encrypted, and nobody is told.

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


FEATURE = Feature(
    "tls",
    view=_view,
    objects=_objects,
    rules=(
        renewal_before_the_beginning,
        plain_port_open,
        ciphers_of_an_unspoken_version,
        tls_set_up_and_off,
    ),
)
