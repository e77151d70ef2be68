"""`check` and the servers agree on which rights an account may have, and on whole accounts; 500 of each by a seed.

Other engines: ``SERVERS="redis:8.0.2=PATH valkey/valkey:9.1.2=PATH" pytest`` and this file.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.core.findings import ProfileRefused, Severity
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.image import Image
from redismanifests.features.auth.rules.user import CATEGORIES
from redismanifests.judge.review import review_of
from redismanifests.profile.formulas.configuration import command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from redismanifests.core.findings import Finding


SERVERS = (
    ("redis:7.0.15", "redis-server"),
    *(tuple(word.split("=", 1)) for word in os.environ.get("SERVERS", "").split()),
)


@contextmanager
def _running(server: str, folder: Path) -> Iterator[Callable[..., bool]]:
    """Whether the server takes an account; it reads its configuration by the same function as ACL SETUSER."""
    socket = folder / "s"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:
        while not socket.exists():
            assert process.poll() is None
            time.sleep(0.05)
        ask = ["redis-cli", "-s", str(socket), "ACL", "SETUSER"]
        yield lambda name, *rules: subprocess.check_output([*ask, name, *rules], text=True).strip() == "OK"
        process.terminate()


def rights(number: int) -> list[str]:
    """Commands, subcommands, categories and mistakes in them."""
    chance = random.Random(number)
    names = sorted(command._table()[1])
    made = []
    for _ in range(number):
        name = chance.choice([*names, f"@{chance.choice(sorted(CATEGORIES))}"])
        if chance.random() < 0.3:
            at = chance.randrange(1, len(name))
            name = name[:at] + chance.choice("aexz|") + name[at:]
        if chance.random() < 0.1:
            name = f"{name}|{chance.choice(['get', 'x', '0'])}"
        made.append(chance.choice("+-") + name)
    return made


@pytest.mark.parametrize(("name", "server"), SERVERS)
def test_check_and_the_server_agree_on_rights(
    name: str, server: str, require_tool: Callable[[str, str], str], tmp_path: Path
) -> None:
    program = require_tool(server, "apt-get install redis-server") if "/" not in server else server
    engine, image = "valkey" if "valkey" in name else "redis", Image.parse(name)
    judged = [
        right
        for right in rights(500)
        if not right[1:].startswith(("@", *command._OF_VECTOR_SETS))
        and right.count("|") < 2
        and right[-1] != "|"
    ]
    with _running(program, tmp_path) as accepts:
        taken = {right: accepts("shop", right) for right in judged}
    wrong = [right for right in judged if taken[right] != (command.refusal(right, engine, image) is None)]
    print(
        f"{name}: {len(judged)} rights of 500 judged, {sum(taken.values())} taken, {len(wrong)} disagreements"
    )
    assert wrong == []


PATTERNS = (
    "shop:*",
    "*",
    "a",
    "a{b}c*",
    "[a-z]*",
    "%R~a",
    "~",
    "a b",
    "x" * 200,
    "?",
    "a:~b",
    "&",
    "#",
    "@all",
)
NAMES = ("shop", "Shop-1", "a_b", "a.b", "a b", "x" * 63, "on", "off", "nopass", "reset", "-a", "a|b", "1")


def accounts(number: int) -> list[dict[str, Any]]:
    """Accounts as a profile has them, right and wrong; each name once."""
    chance, made = random.Random(number), []
    right = iter(rights(number * 4))
    for index in range(number):
        name = chance.choice(NAMES) if chance.random() < 0.2 else "shop"
        commands = [
            chance.choice(("+@read", "+get", "-@all", "+@write")) for _ in range(chance.randint(0, 2))
        ]
        commands += [next(right) for _ in range(chance.choice((0, 1, 1, 2)))]
        made.append(
            {
                "name": f"{name}{index}"[-63:],
                "keys": chance.sample(PATTERNS, chance.randint(0, 2)),
                "channels": chance.sample(PATTERNS, chance.randint(0, 2)),
                "commands": chance.sample(commands, len(commands)),
            }
        )
    return made


def _findings(users: list[dict[str, Any]], engine: str, image: Image) -> list[Finding]:
    profile = {"name": "redis", "namespace": "shop", "engine": engine, "redis": {"image": str(image)}}
    profile |= {"auth": {"mode": "acl", "users": users}}
    try:
        found = review_of(source_from_text("profile.yaml", json.dumps(profile))).findings
    except ProfileRefused as refused:
        found = refused.findings
    return [each for each in found if each.severity is Severity.ERROR and each.path[:2] == ("auth", "users")]


def _refused(users: list[dict[str, Any]], engine: str, image: Image) -> dict[str, set[str]]:
    """Name of an account -> codes of the findings that keep it out.

    What is no value is found before the rules, and so many at a time.
    """
    codes: dict[str, set[str]] = {}
    while True:
        left = [user for user in users if user["name"] not in codes]
        found = [each for each in _findings(left, engine, image) if len(each.path) > 2]
        for each in found:
            codes.setdefault(left[each.path[2]]["name"], set()).add(each.code)
        if not found:
            return codes


@pytest.mark.parametrize(("name", "server"), SERVERS)
@pytest.mark.shows("RM192", "RM223")
def test_check_and_the_server_agree_on_accounts(
    name: str, server: str, require_tool: Callable[[str, str], str], tmp_path: Path
) -> None:
    program = require_tool(server, "apt-get install redis-server") if "/" not in server else server
    users, wrong, taken = accounts(500), [], 0
    refused = _refused(users, "valkey" if "valkey" in name else "redis", Image.parse(name))
    with _running(program, tmp_path) as accepts:
        for user in users:
            rules = [*(f"~{each}" for each in user["keys"]), *(f"&{each}" for each in user["channels"])]
            starts = accepts(user["name"], "on", "resetchannels", *rules, *user["commands"])
            codes = refused.get(user["name"], set())
            taken += starts
            # A name or a pattern that a server takes may be refused for another reason.
            if codes & {"RM170", "RM223"} if starts else not codes:
                wrong.append(f"{user}: {'taken' if starts else 'refused'} by the server, {codes} of check")
    print(f"{name}: {len(users)} accounts, {taken} taken, {len(wrong)} disagreements")
    assert len(wrong) <= len(users) // 100, "\n".join(wrong)
    assert len(users) // 5 < taken < len(users) * 4 // 5, "both ends are tried"
