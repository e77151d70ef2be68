"""Encryption: what an application needs to use TLS with this deployment, and where it finds the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.tls import mutual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


class Encryption(NamedTuple):
    """Variables that name files, and what is verified."""

    authority: str
    """The CA, as PEM."""
    certificate: str
    key: str
    keystore: str
    """Certificate and key as PKCS12 without a password, which is what Java reads."""
    mutual: bool
    """Whether the application has to show a certificate."""
    check_names: bool
    """Whether the certificate must name whom the application connects to."""
    check_nothing: bool
    """The opposite, for templates."""


def encryption(profile: Profile) -> Encryption | None:
    """None where nothing is encrypted."""
    if not profile.tls.enabled:
        return None
    # With a Service for each pod, Sentinel returns addresses: only a certificate with these would match.
    names = profile.addressing.mode == "hostname"
    return Encryption(
        "REDIS_CA_FILE",
        "REDIS_CERTIFICATE_FILE",
        "REDIS_KEY_FILE",
        "REDIS_KEYSTORE_FILE",
        mutual(profile),
        names,
        not names,
    )


def encryption_notes(profile: Profile, made: Encryption | None) -> Iterator[str]:
    """What to know of it."""
    if made is None:
        return
    yield (
        f"TLS: {made.authority} names a file with the CA that signed the servers: mount key ca.crt of Secret "
        f"{profile.tls.secret_name}, and not its tls.key."
    )
    if made.mutual:
        yield (
            f"The servers want a certificate of the application's own, signed by the same CA: {made.certificate} and "
            f"{made.key} name its files, as PEM (for Jedis, {made.keystore} as PKCS12 without a password)."
        )
    if not made.check_names:
        yield (
            "The name in a certificate is not verified, only its signature: Sentinel returns addresses here, which the "
            "certificate need not hold. With tls.certManager.ipAddresses it can, and then verify names as well."
        )
