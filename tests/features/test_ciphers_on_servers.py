"""`check` and the servers agree on which lists of ciphers and suites a server starts with.

The lists are made by a seed. Other engines: ``SERVERS="redis:8.0.2-trixie=PATH" pytest`` and this file; the
tag says which system the server was built for, and so whether its OpenSSL knows the names of IANA.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.image import Image
from redismanifests.judge.review import review_of
from redismanifests.profile.formulas.configuration import cipher
from redismanifests.prove.rehearse.bench.certificate import Names, authority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANY = int(os.environ.get("CIPHER_LISTS", "200"))
OFTEN = (
    "HIGH",
    "ALL",
    "ECDHE",
    "AESGCM",
    "kRSA",
    "FOO",
    "DEFAULT",
    "high",
    "eNULL",
    "RC4",
    "aNULL",
    "AESGMC",
    "=",
    "-",
)
"""Words that people write, rightly and wrongly."""
LEVELS = ("@STRENGTH", "@SECLEVEL=0", "@SECLEVEL=2", "@SECLEVEL=5", "@SECLEVEL=6", "@SECLEVEL=", "@FOO", "@")
SUITES = (
    "FOO",
    "tls_aes_128_gcm_sha256",
    "TLS_AES_128_GCM_SHA25",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "",
    "x" * 81,
)
SERVERS = (
    ("redis:7.0.15-bookworm", "redis-server"),
    *(tuple(word.split("=", 1)) for word in os.environ.get("SERVERS", "").split()),
)


ADDRESS = f"127.{os.getpid() >> 16}.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"
"""One that no other run of this test listens at."""
IANA = sorted(cipher._tables().standard)


def _list(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.randint(1, 4)):
        if (sign := chance.choice(("", "", "", "!", "-", "+", "@"))) == "@":
            parts.append(chance.choice(LEVELS))
            continue
        of = [
            chance.choice((chance.choice(cipher.words()), chance.choice(OFTEN), chance.choice(IANA)))
            for _ in range(chance.choice((1, 1, 2)))
        ]
        parts.append(sign + "+".join(of))
    return chance.choice((":", ":", ":", "::")).join(parts) + chance.choice(("", "", "", "", "!", "+", ":"))


def _suites(chance: random.Random) -> str:
    known = sorted(cipher.suites())
    return ":".join(
        chance.choice((chance.choice(known), chance.choice(SUITES))) for _ in range(chance.randint(1, 3))
    )


def _lists(number: int) -> list[tuple[str, str]]:
    chance = random.Random(number)
    made = [("ciphers", _list(chance)) for _ in range(number - number // 4)]
    return made + [("cipherSuites", _suites(chance)) for _ in range(number // 4)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    for name, content in authority(0).issue(Names(("localhost",), ("127.0.0.1",))).items():
        (folder / name).write_bytes(content)
    return folder


def _starts(server: str, name: str, text: str, folder: Path) -> bool:
    directive = {"ciphers": "tls-ciphers", "cipherSuites": "tls-ciphersuites"}[name]
    lines = (
        f"dir {folder}", "port 0", "tls-port 6379", f"bind {ADDRESS}", 'save ""', f"tls-cert-file {folder}/tls.crt",
        f"tls-key-file {folder}/tls.key", f"tls-ca-cert-file {folder}/ca.crt", f'{directive} "{text}"',
    )  # fmt: skip
    file = folder / "redis.conf"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with subprocess.Popen(
        [server, file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said = ""
            for line in process.stdout or ():
                said += line
                if "Ready to accept connections" in line:
                    return True
        finally:
            process.kill()
    assert "Failed to configure TLS" in said, said
    return False


def _accepts(name: str, text: str, image: str) -> bool:
    """Whether no finding of ours keeps the list out."""
    profile = f"name: redis\nnamespace: shop\nredis: {{image: '{image}'}}\ntls:\n  enabled: true\n  {name}: '{text}'\n"
    return "RM231" not in {
        finding.code for finding in review_of(source_from_text("profile.yaml", profile)).findings
    }


@pytest.mark.parametrize(("image", "server"), SERVERS)
@pytest.mark.shows("RM231")
def test_check_and_the_server_agree_on_lists_of_ciphers(
    image: str, server: str, certificate: Path, require_tool: Callable[[str, str], str]
) -> None:
    program = require_tool(server, "Debian: redis-server") if "/" not in server else server
    began, wrong, refused = time.monotonic(), [], 0
    lists = [each for each in _lists(MANY) if each[1]]
    for name, text in lists:
        starts = _starts(program, name, text, certificate)
        refused += not starts
        if starts != cipher_starts(name, text, image):
            wrong.append(f"{name}: {text!r}: {'starts' if starts else 'ends'}")
    print(f"{image}: {len(lists)} lists, {refused} end the server, {len(wrong)} disagreements, ", end="")
    print(f"{time.monotonic() - began:.0f} s")
    assert len(wrong) <= len(lists) // 100, "\n".join(wrong)
    assert len(lists) // 5 < refused < len(lists) * 4 // 5, "both ends are tried"


def cipher_starts(name: str, text: str, image: str) -> bool:
    iana = cipher.knows_iana(Image.parse(image))
    return cipher.chosen(text, iana=iana).starts if name == "ciphers" else bool(cipher.chosen_suites(text)[0])


@pytest.mark.parametrize("image", ["redis:8.2.10", "redis:8.6.4-trixie"])
@pytest.mark.parametrize(("name", "text"), _lists(60))
def test_what_the_rule_says_is_what_the_facts_say(name: str, text: str, image: str) -> None:
    if text:
        assert _accepts(name, text, image) is cipher_starts(name, text, image)


@pytest.mark.parametrize(
    ("tag", "knows"),
    [
        ("8.2.10", False),
        ("8.2.10-bookworm", False),
        ("8.10.2-trixie", True),
        ("7.2-alpine3.19", False),
        ("7.4-alpine3.20", True),
        ("8-alpine", False),
    ],
)
def test_the_tag_says_whether_openssl_knows_names_of_iana(tag: str, knows: bool) -> None:
    assert cipher.knows_iana(Image.parse(f"redis:{tag}")) is knows


@pytest.mark.shows("RM232")
def test_an_unknown_word_is_passed_over(certificate: Path, require_tool: Callable[[str, str], str]) -> None:
    server = require_tool("redis-server", "Debian: redis-server")
    assert _starts(server, "ciphers", "ECDHE+AESGCM:FOO", certificate)
    assert not _starts(server, "ciphers", "FOO", certificate)
    assert _starts(server, "cipherSuites", "FOO:TLS_AES_128_GCM_SHA256", certificate)
    assert cipher.chosen("ECDHE+AESGCM:FOO").unknown == ("FOO",)


def test_a_removed_cipher_never_comes_back_and_a_deleted_one_may() -> None:
    assert not cipher.chosen("!AES128-SHA:AES128-SHA").starts
    assert cipher.chosen("-AES128-SHA:AES128-SHA").ciphers == {"AES128-SHA"}
