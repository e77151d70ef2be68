"""Cipher: what OpenSSL makes of a list of ciphers: which it selects, and whether a server starts with the list.

Read as OpenSSL 3.0 reads it (ssl_ciph.c, ssl_cipher_process_rulestr), or as 3.2 and newer do, which also know the names
of IANA (`TLS_ECDHE_...`): a word that is unknown is passed over, and only a list that selects nothing, or a sign in a
wrong place, ends the server. The table (ciphers.txt) is asked of
OpenSSL by tools/make_ciphers.py, so that the answer does not depend on the OpenSSL of this machine. Out of scope: which
ciphers a certificate and a client leave of them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from redismanifests.core.values.image import Image

_TABLE = Path(__file__).with_name("ciphers.txt")
_SEPARATORS = ":;, "
_NAME, _NAME_SINCE_3_2 = pattern(r"[A-Za-z0-9.=-]*"), pattern(r"[A-Za-z0-9.=_-]*")
"""Without the underscore, OpenSSL 3.0 ends at one behind a word it knows."""
_ALPINE_SINCE_3_2 = 20
"""Alpine 3.19 has OpenSSL 3.1, 3.20 has 3.3."""
_TO_THE_NEXT = pattern(rf"[^{_SEPARATORS}]*")
_SUITE_B = {
    **dict.fromkeys(("SUITEB128ONLY",), ("ECDHE-ECDSA-AES128-GCM-SHA256",)),
    **dict.fromkeys(
        ("SUITEB128", "SUITEB128C2"), ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384")
    ),
    **dict.fromkeys(("SUITEB192",), ("ECDHE-ECDSA-AES256-GCM-SHA384",)),
}
"""Words that replace the whole list if it begins with one (ssl_ciph.c, check_suiteb_cipher_list)."""
_STANDARD = "DEFAULT"
_STANDARD_LIST = "ALL:!COMPLEMENTOFDEFAULT:!eNULL"
_LEVELS = range(6)


class Chosen(NamedTuple):
    """What a list comes to."""

    ciphers: frozenset[str]
    wrong: str
    """The part that makes the server exit, independent of the rest of the list; empty if there is none."""
    unknown: tuple[str, ...]
    """Words that should add ciphers and are passed over."""
    level: int | None
    """Of ``@SECLEVEL=``."""

    @property
    def starts(self) -> bool:
        """Whether a server takes the list."""
        return bool(self.ciphers) and not self.wrong


class _Tables(NamedTuple):
    selects: dict[str, frozenset[str]]
    """Word or name of a cipher -> what it selects."""
    standard: dict[str, str]
    """IANA's name of a cipher -> OpenSSL's."""
    suites: frozenset[str]


@cache
def _tables() -> _Tables:
    selects: dict[str, set[str]] = {}
    standard = {}
    suites = set()
    for line in _TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            *_, empty = line.partition("select nothing in its build: ")
            selects |= {word: set() for word in empty.split()}
            continue
        name, *words = line.split()
        if not words:
            suites.add(name)
            continue
        standard[words[0]] = name
        for word in (name, *words[1:]):
            selects.setdefault(word, set()).add(name)
    return _Tables({word: frozenset(names) for word, names in selects.items()}, standard, frozenset(suites))


def knows_iana(image: Image) -> bool:
    """Whether the OpenSSL of an image is certainly 3.2 or newer, by the system that its tag names.

    Debian 12 has 3.0, Debian 13 has 3.5. A tag that names none may be built on either.
    """
    tag = image.tag or ""
    alpine = re.search(r"alpine3\.([0-9]+)", tag)
    return "trixie" in tag or (alpine is not None and int(alpine[1]) >= _ALPINE_SINCE_3_2)


def openssl_name(standard: str) -> str | None:
    """What OpenSSL calls the cipher that IANA calls ``standard``; every version knows that name."""
    return _tables().standard.get(standard)


def selected_by(word: str) -> frozenset[str]:
    """The ciphers behind one word; none where it is not known."""
    return _tables().selects.get(word, frozenset())


def words() -> tuple[str, ...]:
    """Every word and every name that OpenSSL knows."""
    return tuple(sorted(_tables().selects))


def suites() -> frozenset[str]:
    """Every suite of TLS 1.3."""
    return _tables().suites


def chosen_suites(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The suites of TLS 1.3 that a list names, and what it names that is none; without one the server ends."""
    named = [word.strip() for word in text.split(":") if word.strip()]
    return frozenset(named) & suites(), tuple(word for word in named if word not in suites())


def chosen(text: str, *, iana: bool = False) -> Chosen:
    """What a list of ciphers of TLS 1.2 comes to; ``iana``: in an OpenSSL that knows IANA's names."""
    for word, names in _SUITE_B.items():
        if text.startswith(word):
            return Chosen(frozenset(names), "", (), None)
    reading = _Reading(iana)
    if text.startswith(_STANDARD):
        reading.read(_STANDARD_LIST)
        text = text[len(_STANDARD) :].removeprefix(":")
    reading.read(text)
    return Chosen(frozenset(reading.active), reading.wrong, tuple(reading.unknown), reading.level)


class _Reading:
    """The state while a list is parsed: active ciphers, and permanently removed ones."""

    def __init__(self, iana: bool) -> None:
        self.name = _NAME_SINCE_3_2 if iana else _NAME
        self.standard = _tables().standard if iana else {}
        self.active: set[str] = set()
        self.killed: set[str] = set()
        self.unknown: list[str] = []
        self.wrong = ""
        self.level: int | None = None

    def read(self, text: str) -> None:
        at = 0
        while at < len(text):
            if text[at] in _SEPARATORS:
                at += 1
                continue
            sign = text[at] if text[at] in "-+!@" else ""
            at += len(sign)
            at = self._special(text, at) if sign == "@" else self._words(text, at, sign)

    def _special(self, text: str, at: int) -> int:
        match = self.name.match(text, at)
        word = match[0] if match else ""
        level = re.fullmatch(r"SECLEVEL=(.)", word)
        if level and level[1].isdigit() and int(level[1]) in _LEVELS:
            self.level = int(level[1])
        elif word != "STRENGTH":
            self.wrong = self.wrong or f"@{word}"
        return _end(text, at)

    def _words(self, text: str, at: int, sign: str) -> int:
        """One word, or several that are joined by ``+``; returns where reading goes on."""
        begins = at
        found: frozenset[str] | None = None
        while True:
            match = self.name.match(text, at)
            word = match[0] if match else ""
            at += len(word)
            word = self.standard.get(word, word)
            if not word:
                self.wrong = self.wrong or text[begins - len(sign) : _end(text, begins)] or sign
                return _end(text, at)
            if not selected_by(word):
                after = _end(text, at)
                if not sign and word not in _tables().selects:
                    self.unknown.append(text[begins:after])
                return after
            both = selected_by(word) if found is None else found & selected_by(word)
            if found and not both:
                # No cipher can be all of these: read as a word that is not known.
                return _end(text, at)
            found = both
            if at < len(text) and text[at] == "+":
                at += 1
                continue
            self._apply(sign, found)
            return at

    def _apply(self, sign: str, found: frozenset[str]) -> None:
        if sign == "!":
            self.killed |= found
            self.active -= found
        elif sign == "-":
            self.active -= found
        elif not sign:
            self.active |= found - self.killed


def _end(text: str, at: int) -> int:
    """The next separator."""
    match = _TO_THE_NEXT.match(text, at)
    return match.end() if match else at
