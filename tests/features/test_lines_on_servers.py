"""`check` and the servers agree on which lines of redis.conf a server starts with.

The lines are made by a seed, so that each run asks the same. More of them: ``pytest -m slow
tests/features/test_lines_on_servers.py``; other engines: ``SERVERS="redis:8.0.2=PATH valkey/valkey:9.1.2=PATH"``.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from redismanifests.core.findings import ProfileRefused, Severity
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.profile.formulas.configuration import directive, directive_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_RUNS_ON = ("Configured to not listen anywhere", "Ready to accept connections", "Server initialized")
_NOT_HERE = ("unixsocket", "pidfile", "rdma-bind", "rdma-port")
"""What depends on the machine that the test runs on, or on how the server was built."""
VALUES = (
    "yes", "no", "YES", "on", "1", "0", "-1", "2", "10", "16", "99", "100", "101", "1000", "65536", "010",
    "+1", "1.5", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "abc",
    '""', "1k", "64mb", "1GB", "1.5gb", "10tb", "50%", "101%", "-5%", "755", "888", "notice", "NOTICE", "loud",
    "always", "everysec", "local", "relative", "absolute", "default", "save", "now", "noeviction",
    "allkeys-lfu", "allkeys", "disabled", "swapdb", "upstart", "clients", "resetchannels", "ip", "''", '"yes"',
    "'no'", '"y\\x65s"', "save now", "1 2", "a b",
)  # fmt: skip


def _servers() -> Iterator[tuple[str, str]]:
    yield "redis:7.0.15", "redis-server"
    for word in os.environ.get("SERVERS", "").split():
        image, _, path = word.partition("=")
        yield image, path


def _lines(number: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    names = sorted(set(directive_value._table()[1]) | {"notaname", "hz-", "timeouts"})
    names = [name for name in names if name not in _NOT_HERE]
    return [f"{chance.choice(names)} {chance.choice(VALUES)}" for _ in range(number)]


def _starts(server: str, line: str, folder: Path) -> bool:
    folder.mkdir()
    file = folder / "redis.conf"
    file.write_text(f"dir {folder}\nport 0\n{line}\n", encoding="utf-8")
    try:
        done = subprocess.run([server, file], capture_output=True, text=True, check=False, timeout=3)
    except subprocess.TimeoutExpired:
        return True
    said = done.stdout + done.stderr
    return ">>>" not in said and any(words in said for words in _RUNS_ON)


def _refuses(image: str, line: str) -> set[str]:
    """The codes of the findings that keep the line out because of its form, or because it cannot work."""
    engine = "valkey" if "valkey" in image else "redis"
    quoted = line.replace("'", "''")
    text = f"name: redis\nnamespace: shop\nengine: {engine}\nredis: {{image: '{image}', extraConfig: ['{quoted}']}}\n"
    try:
        found = review_of(source_from_text("profile.yaml", text)).findings
    except ProfileRefused as refused:
        found = refused.findings
    return {finding.code for finding in found if finding.severity is Severity.ERROR}


def _disagreements(image: str, server: str, lines: list[str], folder: Path) -> list[str]:
    def one(numbered: tuple[int, str]) -> str | None:
        number, line = numbered
        starts, codes = _starts(server, line, folder / str(number)), _refuses(image, line)
        # A line that works may be refused for another reason than that the server would end.
        form = codes & {"RM002", "RM004", "RM080", "RM220"}
        if starts and form:
            return f"{line}: starts, and check refuses it: {sorted(form)}"
        return None if starts or codes else f"{line}: ends the server, and check accepts it"

    with ThreadPoolExecutor(2) as threads:
        return [each for each in threads.map(one, enumerate(lines)) if each]


@pytest.mark.parametrize(("image", "server"), list(_servers()))
@pytest.mark.parametrize("number", [150, pytest.param(2000, marks=pytest.mark.slow)])
def test_check_and_the_server_agree_on_lines(
    image: str, server: str, number: int, require_tool: Callable[[str, str], str], tmp_path: Path
) -> None:
    program = require_tool(server, "apt-get install redis-server") if "/" not in server else server
    wrong = _disagreements(image, program, _lines(number, seed=number), tmp_path)
    print(f"{image}: {number} lines, {len(wrong)} disagreements", *wrong, sep="\n  ")
    assert len(wrong) <= number // 100, "\n".join(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "user guest on nopass ~* &* +@all",
        "USER guest on nopass allkeys allcommands",
        "user default on nopass ~* &* +@all",
        "include /data/more.conf",
        "loadmodule /data/module.so",
        'rename-command AUTH ""',
        'rename-command "A\\x55TH" ""',
        "rename-command CONFIG hidden",
        "requirepass open",
        "protected-mode no",
        "aclfile /data/users.acl",
    ],
)
def test_a_line_that_opens_or_closes_access_is_refused(line: str) -> None:
    head = "name: redis\nnamespace: shop\nauth: {mode: acl, users: [{name: shop, commands: [+@read]}]}\n"
    found = review_of(
        source_from_text("p.yaml", f"{head}redis:\n  extraConfig:\n    - |-\n      {line}\n")
    ).findings
    assert any(finding.severity is Severity.ERROR for finding in found), line


OPENING = (
    "user NAME on nopass ~* &* +@all", "user NAME on nopass allkeys allcommands", "user NAME reset on nopass +ping",
    "user default on nopass ~* &* +@all", "user default on nopass", "user NAME on >open ~* +@all", "aclfile FILE",
    "include FILE", "include FOLDER/*.more", "requirepass x", 'requirepass ""', "rename-command AUTH NAME",
    'rename-command AUTH ""', "rename-command ACL NAME", "protected-mode no", "loadmodule FILE",
    "acl-pubsub-default allchannels", "enable-debug-command yes", "bind * -::*", "maxclients 100", "hz 20", "port 0",
)  # fmt: skip
"""Lines that let people in, or that look like one."""
NAMES = ("guest", "backdoor", "app", "admin", "default")


def _disguised(line: str, chance: random.Random) -> str:
    """The same line to a server: other cases, quotes, escapes and blanks."""
    name, *words = line.split(" ")
    if chance.random() < 0.3:
        name = "".join(chance.choice((c.lower(), c.upper())) for c in name)
    made = [name, *words]
    for index, word in enumerate(made):
        if word.startswith('"') or chance.random() < 0.6:
            continue
        hidden = "".join(f"\\x{ord(c):02x}" if chance.random() < 0.3 else c for c in word)
        made[index] = f'"{hidden}"' if chance.random() < 0.8 or "'" in word else f"'{word}'"
    return chance.choice((" ", " ", "  ", "\t")).join(made)


def _opening(number: int, folder: Path) -> list[str]:
    chance = random.Random(number)
    made = []
    for _ in range(number):
        line = chance.choice(OPENING).replace("NAME", chance.choice(NAMES))
        line = line.replace("FILE", f"{folder}/a.more").replace("FOLDER", str(folder))
        made.append(_disguised(line, chance))
    return made


def _lets_in(server: str, line: str, folder: Path) -> bool:
    """Whether a server with accounts and this line answers someone who knows no password."""
    folder.mkdir()
    file = folder / "redis.conf"
    users = "user default off\nuser admin on >secret ~* &* +@all"
    file.write_text(f"dir {folder}\nport 0\nunixsocket {folder}/s\n{users}\n{line}\n", encoding="utf-8")
    with subprocess.Popen([server, file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None and not (folder / "s").exists():
                time.sleep(0.01)
            return any(_answers(folder / "s", login) for login in ("", *(f"AUTH {name} x" for name in NAMES)))
        finally:
            process.kill()


def _answers(path: Path, login: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(path))
            client.sendall(f"{login}\r\nPING\r\nQUIT\r\n".encode())
            said = b""
            while part := client.recv(1000):
                said += part
            return b"+PONG" in said
    except OSError:
        return False


def _is_kept_out(image: str, line: str) -> bool:
    engine = "valkey" if "valkey" in image else "redis"
    text = (
        f"name: redis\nnamespace: shop\nengine: {engine}\nauth: {{mode: acl}}\n"
        f"redis:\n  image: '{image}'\n  extraConfig:\n    - |-\n      {line}\n"
    )
    try:
        found = review_of(source_from_text("profile.yaml", text)).findings
    except ProfileRefused as refused:
        found = refused.findings
    return any(finding.severity is Severity.ERROR for finding in found)


@pytest.mark.parametrize(("image", "server"), list(_servers()))
@pytest.mark.parametrize("number", [150, pytest.param(2000, marks=pytest.mark.slow)])
def test_no_line_that_check_accepts_lets_in_who_knows_no_password(
    image: str, server: str, number: int, require_tool: Callable[[str, str], str], tmp_path: Path
) -> None:
    program = require_tool(server, "apt-get install redis-server") if "/" not in server else server
    (tmp_path / "a.more").write_text("user guest on nopass ~* &* +@all\n", encoding="utf-8")
    lines = _opening(number, tmp_path)
    accepted = [line for line in lines if not _is_kept_out(image, line)]
    opened = [line for n, line in enumerate(accepted) if _lets_in(program, line, tmp_path / f"a{n}")]
    assert opened == []
    # The same observation sees the doors that lines of this kind open.
    refused = [line for line in lines if line not in accepted][:60]
    seen = sum(_lets_in(program, line, tmp_path / f"r{n}") for n, line in enumerate(refused))
    print(
        f"{image}: {number} lines, {len(accepted)} accepted, 0 let anybody in; {seen} of {len(refused)} refused do"
    )
    assert seen >= 5
    assert accepted


def test_every_directive_with_a_table_is_one_that_some_version_knows() -> None:
    assert all(directive.known_to(name) for name in directive_value._table()[1])
