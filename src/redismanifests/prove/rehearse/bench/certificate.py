"""Certificate: a CA of a rehearsal's own, and certificates that it signs, for Secrets that only a cluster has.

Why: pods with TLS need a certificate with their names, and a rehearsal must also have one that is renewed, one of
another CA, and one that has expired. cryptography is used directly: it sets any dates, which the openssl program of
Debian 12 does not, and trustme would bring it along.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from redismanifests.core.installation import install_command
from redismanifests.core.values.duration import Duration
from redismanifests.errors import ToolError
from redismanifests.prove.toycluster.service import CLUSTER_DOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.objects import Objects

KEYS = ("ca.crt", "tls.crt", "tls.key")
"""What cert-manager writes into a Secret."""
LIFETIME_S = 90 * 86_400.0
"""What a Certificate asks cert-manager for that says nothing (DefaultCertificateDuration)."""
_AUTHORITY_S = 40 * LIFETIME_S
_MOST = 2
"""CAs of one rehearsal: that of the beginning, and one that takes over from it."""
_EARLIER = datetime.timedelta(minutes=5)
"""Clocks of two machines differ: issuers date certificates back."""
_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Names:
    """The subject of a certificate, and for how long it is asked for."""

    dns: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    lifetime_s: float = LIFETIME_S


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA: its certificate, and the key that signs."""

    certificate: Any
    key: Any

    def pem(self) -> bytes:
        """Its certificate, for who is to trust it."""
        return _pem(self.certificate)

    def issue(self, names: Names, lifetime_s: float | None = None) -> dict[str, bytes]:
        """The keys of a Secret with a certificate of these names; a lifetime below 0 has ended already."""
        from cryptography import x509  # noqa: PLC0415

        key = _key()
        ends = _now() + datetime.timedelta(seconds=names.lifetime_s if lifetime_s is None else lifetime_s)
        told = [
            *map(x509.DNSName, names.dns),
            *(x509.IPAddress(ip_address(each)) for each in names.addresses),
        ]
        use = x509.oid.ExtendedKeyUsageOID
        builder = (
            _builder(x509.Name([]), self.certificate.subject, key, min(_now(), ends) - _EARLIER, ends)
            # A certificate without a subject has its names in a critical extension (RFC 5280, 4.2.1.6).
            .add_extension(x509.SubjectAlternativeName(told), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use.SERVER_AUTH, use.CLIENT_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        made = (self.pem(), _pem(_signed(builder, self.key)), _private(key))
        return dict(zip(KEYS, made, strict=True))


@cache
def authority(number: int) -> Authority:
    """The first (0) or second (1) CA of this rehearsal, which is a process of its own."""
    try:
        from cryptography import x509  # noqa: PLC0415 (an optional package, and only for TLS)
    except ImportError:
        raise ToolError(
            "a rehearsal with TLS needs the Python package cryptography",
            install_command("rehearse"),
        ) from None
    key = _key()
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, f"rehearsal CA {number}")])
    signs = dict.fromkeys(_USES, False) | {"key_cert_sign": True, "crl_sign": True}
    # All that strict clients ask of a CA (Python 3.13 is one).
    builder = (
        _builder(name, name, key, _now() - _EARLIER, _now() + datetime.timedelta(seconds=_AUTHORITY_S))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**signs), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(_signed(builder, key), key)


def signer_of(pem: bytes) -> Authority:
    """The CA of this rehearsal that signed a certificate."""
    from cryptography import x509  # noqa: PLC0415

    issuer = x509.load_pem_x509_certificate(pem).issuer
    return next(each for each in map(authority, range(_MOST)) if each.certificate.subject == issuer)


def held(objects: Objects) -> str:
    """The Secret that pods take a certificate from; empty where they take none."""
    for item in objects.of_kind("StatefulSet"):
        for volume in item["spec"]["template"]["spec"].get("volumes", ()):
            source = volume.get("secret") or {}
            if set(KEYS) <= {each["key"] for each in source.get("items") or ()}:
                name: str = source["secretName"]
                return name
    return ""


def ends_at(pem: bytes) -> float:
    """The last second of a certificate, in seconds since 1970."""
    from cryptography import x509  # noqa: PLC0415

    return float(x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp())


def names_for(objects: Objects, secret: str) -> Names:
    """The names that the rendered Certificate of a Secret asks for, else all of the objects' Services and pods."""
    for item in objects.of_kind("Certificate"):
        spec = item["spec"]
        if spec.get("secretName") == secret:
            asked = spec.get("duration")
            return Names(
                tuple(spec.get("dnsNames") or ()),
                tuple(spec.get("ipAddresses") or ()),
                Duration.parse(asked).milliseconds / 1000 if asked else LIFETIME_S,
            )
    found = dict.fromkeys(name for item in objects.items for name in _reached(item, objects.namespace))
    return Names((*found, "localhost"), ("127.0.0.1",))


def _reached(item: Object, namespace: str) -> Iterator[str]:
    """Every name under which a Service, or a pod of a StatefulSet, is reached."""
    names = [item["metadata"]["name"]] if item["kind"] == "Service" else []
    if item["kind"] == "StatefulSet":
        spec, name = item["spec"], item["metadata"]["name"]
        names = [f"{name}-{number}.{spec['serviceName']}" for number in range(spec["replicas"])]
    for name in names:
        yield from (name, f"{name}.{namespace}", f"{name}.{namespace}.svc")
        yield f"{name}.{namespace}.svc.{CLUSTER_DOMAIN}"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    return ec.generate_private_key(ec.SECP256R1())


def _builder(subject: Any, issuer: Any, key: Any, begins: datetime.datetime, ends: datetime.datetime) -> Any:
    from cryptography import x509  # noqa: PLC0415

    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _signed(builder: Any, key: Any) -> Any:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    return builder.sign(key, hashes.SHA256())


def _pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    pem: bytes = certificate.public_bytes(Encoding.PEM)
    return pem


def _private(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem
