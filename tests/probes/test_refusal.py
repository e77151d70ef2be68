"""Refusal: an entry of ACL LOG about one of our own parts is told, others are kept as evidence."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.core.source import source_from_text
from redismanifests.probes.askable import Answer
from redismanifests.probes.desired import Desired
from redismanifests.probes.look import Round
from redismanifests.probes.probe import Outcome, Status
from redismanifests.probes.refusal import our_parts_are_never_refused
from redismanifests.review import review_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
