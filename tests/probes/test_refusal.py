"""Refusal: an entry of ACL LOG about one of our own parts is told, others are evidence; strangers get nothing."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evidence.servers import Process, free_port, within
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.look import Round
from redismanifests.prove.checks.probe import Outcome, Status
from redismanifests.prove.checks.redis.refusal import (
    our_parts_are_never_refused,
    strangers,
    strangers_are_refused,
)
from redismanifests.prove.rehearse.bench.certificate import Names, authority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

ENTRY = """count
3
reason
command
context
toplevel
object
config|get
username
{user}
age-seconds
"4.2"
client-info
id=9 addr=127.0.0.1:53102 laddr=127.0.0.1:6379 fd=8 name= user={user}
"""
"""As redis-cli 7.0.15 prints it."""


class _Answers:
    def __init__(self, output: str) -> None:
        self.output = output
        self.asked: list[tuple[str, ...]] = []

    async def get(self, kind: str, name: str) -> None:
        return None

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        self.asked.append((pod, *argv))
        return Answer(0, self.output if pod == "redis-1" else "\n")


def _outcome(auth: str, output: str) -> tuple[Outcome, _Answers]:
    reviewed = review_of(source_from_text("profile.yaml", f"name: redis\nnamespace: shop\nauth: {auth}\n"))
    objects: list[Any] = [item.manifest for item in reviewed.rendering.objects]
    answers = _Answers(output)

    async def work() -> tuple[Outcome, ...]:
        return await Round(answers, Desired.of(objects)).outcomes((our_parts_are_never_refused,))

    (outcome,) = asyncio.run(work())
    return outcome, answers


def test_a_part_of_ours_that_was_refused_is_told_with_what_it_wanted() -> None:
    outcome, answers = _outcome("{mode: acl}", ENTRY.format(user="exporter"))
    assert outcome.status is Status.FAILED
    assert outcome.facts == ("redis-1 refused exporter 3 times: command config|get",)
    assert ("redis-1", "sh", "/config/cli.sh", "redis", "ACL", "LOG") in answers.asked
    assert ("redis-sentinel-2", "sh", "/config/cli.sh", "sentinel", "ACL", "LOG") in answers.asked


def test_what_an_application_was_refused_is_evidence_only() -> None:
    outcome, _ = _outcome("{mode: acl}", ENTRY.format(user="shop"))
    assert outcome.status is Status.PASSED
    assert any("config|get" in each.output for each in outcome.evidence)


@pytest.mark.parametrize("mode", ["none", "password"])
def test_where_nobody_has_an_account_of_its_own_nothing_is_asked(mode: str) -> None:
    outcome, answers = _outcome(f"{{mode: {mode}}}", ENTRY.format(user="default"))
    assert outcome.status is Status.PASSED
    assert answers.asked == []
    assert [each.output for each in outcome.evidence] == ["no part has an account of its own"]


def _desired(text: str, **settings: str) -> Desired:
    reviewed = review_of(source_from_text("profile.yaml", f"name: redis\nnamespace: shop\n{text}\n"))
    desired = Desired.of([item.manifest for item in reviewed.rendering.objects])
    return replace(desired, settings={**desired.settings, **settings})


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("auth: {mode: none}", ()),
        ("auth: {mode: password}", ("has no password",)),
        ("tls: {enabled: true}", ("uses no TLS",)),
        ("tls: {enabled: true, clients: required}", ("uses no TLS", "shows no certificate")),
        (
            "auth: {mode: acl}\ntls: {enabled: true, clients: required}",
            ("uses no TLS", "shows no certificate", "has no password"),
        ),
    ],
)
def test_a_stranger_lacks_one_of_the_things_that_are_asked_for(text: str, lacking: tuple[str, ...]) -> None:
    assert tuple(each.lacks for each in strangers(_desired(text))) == lacking


class _Here:
    """Every pod is this machine."""

    async def get(self, kind: str, name: str) -> None:
        return None

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
        return Answer(done.returncode, done.stdout + done.stderr)


@contextmanager
def _servers(folder: Path, *lines: str) -> Iterator[tuple[int, int]]:
    """The ports of two servers with these lines, one in the place of a Sentinel."""
    encrypted = any(line.startswith("tls") for line in lines)
    with ExitStack() as stack:
        ports = (free_port(), free_port())
        for port in ports:
            own = ("port 0", f"tls-port {port}") if encrypted else (f"port {port}",)
            process = Process(folder, "redis-server", ('save ""', *lines, *own))
            stack.callback(process.kill)
            with socket.socket() as trial:
                within(20, lambda: trial.connect_ex(("127.0.0.1", port)) == 0)  # noqa: B023 (called before the next)
        yield ports


PASSWORD, TLS, MUTUAL = "requirepass secret", "tls-auth-clients no", "tls-auth-clients yes"
WANTED = {
    PASSWORD: "auth: {mode: password}",
    TLS: "tls: {enabled: true}",
    MUTUAL: "tls: {enabled: true, clients: required}",
}


@pytest.mark.parametrize(
    ("wanted", "lines", "said"),
    [
        (PASSWORD, [PASSWORD], None),
        (PASSWORD, [], "answers a client that has no password: PONG"),
        (TLS, [TLS], None),
        (TLS, [], "answers a client that uses no TLS: PONG"),
        (TLS, [PASSWORD], "answers a client that uses no TLS: NOAUTH Authentication required."),
        (MUTUAL, [MUTUAL], None),
        (MUTUAL, [TLS], "answers a client that shows no certificate: PONG"),
    ],
)
def test_a_real_server_that_answers_a_stranger_is_told(
    wanted: str, lines: list[str], said: str | None, tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    require_tool("redis-server", "Debian: redis-server")
    require_tool("redis-cli", "Debian: redis-tools")
    for name, content in authority(0).issue(Names(("localhost",), ("127.0.0.1",))).items():
        (tmp_path / name).write_bytes(content)
    files = (("tls-cert-file", "tls.crt"), ("tls-key-file", "tls.key"), ("tls-ca-cert-file", "ca.crt"))
    encrypted = any(line.startswith("tls") for line in lines)
    more = [f"{name} {tmp_path}/{file}" for name, file in files] if encrypted else []
    with _servers(tmp_path, *lines, *more) as (redis, sentinel):
        desired = _desired(
            WANTED[wanted],
            REDIS_HOSTS="127.0.0.1 127.0.0.1 127.0.0.1",
            REDIS_PORT=str(redis),
            SENTINEL_HOSTS="127.0.0.1 127.0.0.1 127.0.0.1",
            SENTINEL_PORT=str(sentinel),
        )
        desired.settings["CLI"] = desired.settings["CLI"].replace("/tls/", f"{tmp_path}/")  # type: ignore[index]
        (outcome,) = asyncio.run(_asked(desired))
    told = () if said is None else (f"redis-2 {said}", f"redis-sentinel-2 {said}")
    assert (outcome.status, outcome.facts) == (Status.FAILED if said else Status.PASSED, told)


async def _asked(desired: Desired) -> tuple[Outcome, ...]:
    return await Round(_Here(), desired).outcomes((strangers_are_refused,))


def test_a_server_that_was_not_reached_was_not_verified() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        hosts = "127.0.0.1 127.0.0.1 127.0.0.1"
        desired = _desired(
            "auth: {mode: password}",
            REDIS_HOSTS=hosts,
            REDIS_PORT=port,
            SENTINEL_HOSTS=hosts,
            SENTINEL_PORT=port,
        )
        (outcome,) = asyncio.run(_asked(desired))
    assert outcome.status is Status.NOT_VERIFIED
