"""TLS view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived import tls
from redismanifests.profile.derived.members import redis_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


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
    """Facts of the Certificate."""

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


FEATURE = Feature("tls", view=_view, objects=_objects)
