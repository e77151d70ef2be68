#!/usr/bin/env python3
"""Make ciphers: which words of OpenSSL's cipher strings select which ciphers.

Asked of an `openssl` by name, because the same words are asked of the one inside of the server. Each word of ciphers(1)
is given to it alone, and a line of the table has a cipher, its name at IANA and the words that select it.

    tools/make_ciphers.py [OPENSSL]     writes profile/formulas/configuration/ciphers.txt
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "src/redismanifests/profile/formulas/configuration/ciphers.txt"
_WORDS = """
3DES ADH AECDH AES AES128 AES256 AESCCM AESCCM8 AESGCM ALL ARIA ARIA128 ARIA256 ARIAGCM CAMELLIA CAMELLIA128
CAMELLIA256 CBC CHACHA20 COMPLEMENTOFALL COMPLEMENTOFDEFAULT DES DH DHE DSS ECDH ECDHE ECDSA EDH EECDH EXP
EXPORT FIPS GOST89MAC GOST94 HIGH IDEA LOW MD5 MEDIUM NULL PSK RC2 RC4 RSA SEED SHA SHA1 SHA256 SHA384 SRP
SSLv3 TLSv1 TLSv1.0 TLSv1.2 aDSS aECDSA aGOST aGOST01 aNULL aPSK aRSA aSRP eNULL kDHE kDHEPSK kECDHE kECDHEPSK
kEDH kEECDH kGOST kPSK kRSA kRSAPSK kSRP
"""
WORDS = tuple(_WORDS.split())
"""ciphers(1) of OpenSSL 3.0, CIPHER STRINGS. What a build leaves out selects nothing, and is known all the same."""


def selected(openssl: str, text: str) -> list[str]:
    """Names of the ciphers of TLS 1.2 and older; none where it selects none."""
    done = subprocess.run([openssl, "ciphers", text], capture_output=True, text=True, check=False)
    return [name for name in done.stdout.strip().split(":") if name and not name.startswith("TLS_")]


def standard_names(openssl: str) -> dict[str, str]:
    """OpenSSL's name of a cipher -> IANA's."""
    command = [openssl, "ciphers", "-stdname", "ALL:COMPLEMENTOFALL"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {name: standard for standard, _, name, *_ in map(str.split, lines)}


def main() -> None:
    """Ask and write."""
    openssl = sys.argv[1] if len(sys.argv) > 1 else "openssl"
    version = subprocess.run([openssl, "version"], capture_output=True, text=True, check=True).stdout.split()[
        1
    ]
    suites = subprocess.run(
        [openssl, "ciphers", "-s", "-tls1_3", "ALL"], capture_output=True, text=True, check=True
    )
    suites_of_all = {"TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_SHA256", *suites.stdout.strip().split(":")}
    found = {word: set(selected(openssl, word)) for word in WORDS}
    names = selected(openssl, "ALL:COMPLEMENTOFALL")
    standard = standard_names(openssl)
    lines = [
        " ".join((name, standard[name], *(word for word in WORDS if name in found[word])))
        for name in sorted(names)
    ]
    empty = " ".join(word for word in WORDS if not found[word])
    head = (
        "# Made by tools/make_ciphers.py: ciphers, names at IANA, words that select them; suites of TLS 1.3.\n"
        f"# OpenSSL {'.'.join(version.split('.')[:2])}; these words select nothing in its build: {empty}\n"
    )
    OUTPUT.write_text(head + "\n".join([*lines, *sorted(suites_of_all)]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
