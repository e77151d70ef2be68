"""TLS cipher: rules about lists of ciphers and suites that stop the server, or that are weak.

Out of scope: how OpenSSL reads a list (the formulas), the settings themselves (tls.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.values.scalar import shortened
from redismanifests.profile.formulas.configuration import cipher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.profile.model import Profile

GOOD = "ECDHE+AESGCM:ECDHE+CHACHA20"
GOOD_SUITES = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"
_WEAK = {"eNULL": "encrypt nothing", "aNULL": "show no certificate"}
_BY_OTHER_KEYS = ("PSK", "SRP")
_LEAST_LEVEL = 2
"""OpenSSL's own from 3.2 on, and Debian's: keys as strong as 112 bits."""
_SHOWN = 3


@rule("RM231", Severity.ERROR)
def ciphers_that_end_the_server(profile: Profile) -> Iterator[Fault]:
    """OpenSSL finds no cipher in the list, and every Redis and every Sentinel exits at its start.

    OpenSSL ignores a word that it does not know. A server exits when a list selects nothing, or has a sign in a wrong
    place: an underscore behind a word that OpenSSL 3.0 knows, a `+` without a word behind it, a level that does not
    exist. IANA's names (`TLS_ECDHE_...`) work from OpenSSL 3.2 on. Debian 12 and images based on it have 3.0, so they
    are accepted where the tags of Redis and Sentinel name a system with a newer one (`trixie`, `alpine3.20` and later).

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      ciphers: FOO
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      ciphers: ECDHE+AESGCM:ECDHE+CHACHA20
    ```
    Source: https://docs.openssl.org/3.0/man1/openssl-ciphers/; measured with redis 7.0.15 and 8.0.2 and Valkey 8.1.1
    (tests/features/test_ciphers_on_servers.py).
    """
    chosen = profile.tls
    if not chosen.enabled:
        return
    if chosen.ciphers is not None and not (found := _read(profile, chosen.ciphers)).starts:
        what = f"OpenSSL stops at {found.wrong!r}" if found.wrong else "it selects no cipher of TLS 1.2"
        yield Fault(
            path=("tls", "ciphers"),
            fact=f"{what}, and every server exits with it",
            fix=_meant(found.unknown, cipher.words(), f"write a list such as {GOOD}, or remove the line"),
        )
    if chosen.cipher_suites is not None:
        suites, unknown = cipher.chosen_suites(chosen.cipher_suites)
        if not suites:
            yield Fault(
                path=("tls", "cipherSuites"),
                fact="it names no suite of TLS 1.3, and every server exits with it",
                fix=_meant(
                    unknown, cipher.suites(), f"write suites such as {GOOD_SUITES}, or remove the line"
                ),
            )


@rule("RM232", Severity.WARNING)
def unknown_ciphers_in_a_list(profile: Profile) -> Iterator[Fault]:
    """OpenSSL does not know a word of the list and ignores it without an error: the list is not what was meant.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      ciphers: ECDHE+AESGCM:ECDHE+CHACHA
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      ciphers: ECDHE+AESGCM:ECDHE+CHACHA20
    ```
    Source: https://docs.openssl.org/3.0/man1/openssl-ciphers/; OpenSSL 3.0 ssl_ciph.c.
    """
    chosen = profile.tls
    if not chosen.enabled:
        return
    if chosen.ciphers is not None and (found := _read(profile, chosen.ciphers)).starts and found.unknown:
        yield Fault(
            path=("tls", "ciphers"),
            fact=f"OpenSSL ignores what it does not know: {_some(found.unknown)}",
            fix=_meant(found.unknown, cipher.words(), "correct or remove it"),
        )
    if chosen.cipher_suites is not None:
        suites, unknown = cipher.chosen_suites(chosen.cipher_suites)
        if suites and unknown:
            yield Fault(
                path=("tls", "cipherSuites"),
                fact=f"OpenSSL ignores what it does not know: {_some(unknown)}",
                fix=_meant(unknown, cipher.suites(), "correct or remove it"),
            )


@rule("RM233", Severity.WARNING)
def weak_ciphers(profile: Profile) -> Iterator[Fault]:
    """The list allows ciphers without encryption or without a certificate, or a level below OpenSSL's own.

    `ALL` and `HIGH` contain ciphers without a certificate: an attacker on the network can pose as the server. OpenSSL
    excludes them at level 1 or more; `@SECLEVEL=0` in the same list, or in an image's openssl.cnf, allows them.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      ciphers: HIGH
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager: {issuer: {name: shop-ca}, ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]}
      ciphers: HIGH:!aNULL
    ```
    Source: RFC 9325, 4.1; https://docs.openssl.org/3.0/man1/openssl-ciphers/ (aNULL, eNULL);
    https://docs.openssl.org/3.0/man3/SSL_CTX_set_security_level/.
    """
    if not profile.tls.enabled or profile.tls.ciphers is None:
        return
    found = _read(profile, profile.tls.ciphers)
    if not found.starts:
        return
    weak = {word: sorted(found.ciphers & cipher.selected_by(word)) for word in _WEAK}
    facts = [
        f"{len(names)} of its ciphers {_WEAK[word]} ({names[0]})" for word, names in weak.items() if names
    ]
    fix = f"append {':'.join(f'!{word}' for word, names in weak.items() if names)}"
    if found.level is not None and found.level < _LEAST_LEVEL:
        facts.append(f"@SECLEVEL={found.level} allows keys that are too short")
        fix = f"{fix}, and remove the level" if any(weak.values()) else f"remove @SECLEVEL={found.level}"
    if facts:
        yield Fault(path=("tls", "ciphers"), fact="; ".join(facts), fix=fix)


@rule("RM234", Severity.WARNING)
def ciphers_without_the_certificate(profile: Profile) -> Iterator[Fault]:
    """No cipher of the list works with the certificate: clients of TLS 1.2 cannot connect.

    A cipher determines the kind of the server's key. Redis has one certificate, of RSA or of ECDSA, and never a shared
    secret (PSK, SRP). Suites of TLS 1.3 work with every kind, so some clients connect and others do not.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    tls:
      enabled: true
      certManager:
        issuer: {name: shop-ca}
        ipAddresses: [10.96.14.7, 10.96.14.8, 10.96.14.9]
        algorithm: RSA
      ciphers: ECDHE-ECDSA-AES128-GCM-SHA256
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
        algorithm: RSA
      ciphers: ECDHE-RSA-AES128-GCM-SHA256
    ```
    Source: RFC 5246, 7.4.2; https://docs.openssl.org/3.0/man1/openssl-ciphers/ (aRSA, aECDSA, PSK, SRP).
    """
    chosen = profile.tls
    if not chosen.enabled or chosen.ciphers is None or chosen.minimum_version == "TLSv1.3":
        return
    found = _read(profile, chosen.ciphers)
    algorithm = chosen.cert_manager.algorithm if chosen.cert_manager else None
    # A key of Ed25519 is proven by the ciphers of ECDSA (RFC 8422, 5.10).
    kinds = {"RSA": ("aRSA",), None: ("aRSA", "aECDSA")}.get(algorithm, ("aECDSA",))
    usable = found.ciphers & frozenset().union(*(cipher.selected_by(kind) for kind in kinds))
    if found.starts and not usable.difference(*(cipher.selected_by(word) for word in _BY_OTHER_KEYS)):
        key = f"a key of {algorithm}" if algorithm else "a certificate"
        yield Fault(
            path=("tls", "ciphers"),
            fact=f"none of its {len(found.ciphers)} ciphers works with {key}: no client can connect by TLS 1.2",
            fix=f"write a list such as {GOOD}, or set minimumVersion to TLSv1.3 and remove the line",
        )


def _read(profile: Profile, text: str) -> cipher.Chosen:
    """A list as the oldest OpenSSL that may be in the images reads it."""
    images = (profile.redis.image, profile.sentinel.image)
    return cipher.chosen(text, iana=all(cipher.knows_iana(image) for image in images))


def _some(words: Iterable[str]) -> str:
    return shortened(list(dict.fromkeys(words)), _SHOWN)


def _meant(unknown: Iterable[str], known: Iterable[str], otherwise: str) -> str:
    import difflib  # noqa: PLC0415 (only for a finding)

    for word in unknown:
        if name := cipher.openssl_name(word):
            return f"write {name} instead: OpenSSL before 3.2 does not know IANA's name of it"
        last = word.rpartition("+")[2]
        if near := difflib.get_close_matches(last, sorted(known), n=1, cutoff=0.7):
            return f"write {near[0]} instead of {last}"
    return otherwise
