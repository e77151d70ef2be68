"""What was not verified is never as good as what passed, and a watch ends when all is well, or says why it did not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import pytest

from redismanifests.errors import RedismanifestsError
from redismanifests.present.documents.observation import Asked, observation
from redismanifests.present.writers import written
from redismanifests.prove.checks.index import ALL_PROBES, ESSENTIAL
from redismanifests.prove.checks.probe import Evidence, Outcome, Status
from redismanifests.prove.live.trouble import NotFoundError, Refusal
from redismanifests.prove.result.observation import Observation
from redismanifests.prove.verification import asking
from redismanifests.prove.verification.asking import Progress, watched
from redismanifests.prove.verification.target import Expected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PASSED, FAILED, OPEN = Status.PASSED, Status.FAILED, Status.NOT_VERIFIED
EXPECTED = Expected("redis", "shop", (), None)


def seen(others: dict[str, Status] | None = None, **more: tuple[Refusal, ...]) -> Observation:
    """Every probe passed, but for those."""
    status = others or {}
    return Observation(
        tuple(
            Outcome(
                each.code,
                each.name,
                each.about,
                status.get(each.code, PASSED),
                each.confidence,
                () if status.get(each.code, PASSED) is PASSED else (f"why {each.code}",),
                (Evidence("redis-0", "INFO", f"role:master {each.code}"),),
            )
            for each in ALL_PROBES
        ),
        at=0.0,
        took_s=1.25,
        **more,
    )


@pytest.mark.parametrize(
    ("others", "strict", "code", "says"),
    [
        ({}, False, 0, "nothing that was seen is wrong"),
        ({}, True, 0, "nothing that was seen is wrong"),
        ({"PB022": FAILED}, False, 1, "it does not match the profile"),
        ({"PB044": OPEN}, False, 0, "what was not verified is not known"),
        ({"PB044": OPEN}, True, 1, "--strict takes what was not verified for failed"),
        *(({each.code: OPEN}, False, 1, "unknown, an essential check has no result") for each in ESSENTIAL),
    ],
)
def test_the_exit_code_says_what_was_seen(
    others: dict[str, Status], strict: bool, code: int, says: str
) -> None:
    made = seen(others)
    verdict = made.verdict(strict=strict)
    assert verdict.code == code
    assert says in verdict.text


def test_nothing_that_was_seen_is_no_success() -> None:
    some = seen(dict.fromkeys([each.code for each in ALL_PROBES], OPEN))
    outcomes = tuple(each for each in some.outcomes if each.code in ("PB044", "PB120"))
    assert Observation(outcomes, 0.0, 0.0).verdict().code == 1
    assert Observation((), 0.0, 0.0).verdict().code == 1


def test_a_missing_permission_is_trouble_whatever_else_was_seen() -> None:
    refused = (Refusal("list", "pods", "", "shop", "ann"),)
    assert seen(refused=refused).verdict().code == 2
    assert "this is no verdict" in seen(refused=refused).verdict().text


def test_the_text_has_what_fails_with_evidence_and_a_way_out_and_reasons_once() -> None:
    text = written(observation(seen({"PB022": FAILED, "PB102": FAILED, "PB044": OPEN}), EXPECTED), "text")
    assert text.index("PB102") < text.index("PB022"), "what makes others fail comes first"
    assert "failed[PB022]: sentinels-know-the-replicas\n   = why PB022\n   | redis-0$ INFO\n" in text
    assert "   = run: redismanifests explain RM045\n" in text
    assert "not verified: PB044 snapshot-is-on-the-volume\n   = why PB044\n" in text
    assert "one-master" not in text
    assert text.endswith("2 failed, 1 not verified: it does not match the profile (1.2 s)\n")
    whole = written(observation(seen(), EXPECTED, None, Asked(evidence=True)), "text")
    assert "passed[PB010]: one-master\n   = Exactly one Redis is master.\n   | redis-0$ INFO\n" in whole


@pytest.mark.parametrize(("strict", "failures", "skipped"), [(False, 2, 1), (True, 3, 0)])
def test_junit_fails_what_fails_the_run(strict: bool, failures: int, skipped: int) -> None:
    made = seen({"PB022": FAILED, "PB010": OPEN, "PB044": OPEN})
    root = fromstring(written(observation(made, EXPECTED, None, Asked(strict)), "junit"))
    assert root.get("tests") == str(len(ALL_PROBES))
    assert (root.get("failures"), root.get("skipped")) == (str(failures), str(skipped))


def _looks(*found: Observation | RedismanifestsError) -> Callable[[], Awaitable[Observation]]:
    left = list(found)

    async def look() -> Observation:
        each = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(each, RedismanifestsError):
            raise each
        return each

    return look


def _watched(look: Callable[[], Awaitable[Observation]], limit_s: float) -> Observation:
    return asyncio.run(watched(look, limit_s, Progress(), strict=False))


def test_a_watch_ends_with_the_first_round_in_which_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AGAIN_S", 0.01)
    missing = NotFoundError("there is no namespace shop", "create it")
    assert _watched(_looks(missing, seen({"PB110": FAILED}), seen()), 5).verdict().code == 0


def test_at_its_limit_a_watch_hands_over_what_it_saw_last_or_what_kept_it_from_looking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "AGAIN_S", 0.01)
    assert _watched(_looks(seen({"PB110": FAILED})), 0.1).verdict().by_status(FAILED)
    with pytest.raises(NotFoundError, match="there is no namespace shop"):
        _watched(_looks(NotFoundError("there is no namespace shop", "create it")), 0.1)


def test_a_watch_does_not_wait_for_a_permission_nor_for_a_broken_kubeconfig() -> None:
    refused = (Refusal("list", "pods", "", "shop", "ann"),)
    assert _watched(_looks(seen(refused=refused)), 60).verdict().code == 2
    with pytest.raises(RedismanifestsError, match="no context"):
        _watched(_looks(RedismanifestsError("the kubeconfig has no context x", "name one")), 60)


def test_the_terminal_is_told_how_far_it_is_and_what_is_wrong() -> None:
    progress = Progress()
    progress.last, progress.waiting = seen({"PB110": FAILED}), "there is no namespace"
    assert [line[2:].strip() if n == 0 else line for n, line in enumerate(progress.lines(60))] == [
        "s  0 of 0 answers",
        "there is no namespace",
        "PB110 why PB110",
    ]


def test_a_command_speaks_of_the_pod_that_failed() -> None:
    def told(pod: str, code: str) -> str:
        made = seen({code: FAILED})
        outcome = next(each for each in made.outcomes if each.code == code)
        wrong = replace(outcome, facts=(f"{pod} is wrong",), evidence=(Evidence(pod, "INFO", ""),))
        return written(observation(replace(made, outcomes=(wrong,)), EXPECTED), "text")

    assert "logs redis-2 -c redis --tail" in told("redis-2", "PB002")
    assert "logs redis-sentinel-1 -c sentinel --tail" in told("redis-sentinel-1", "PB003")
    # A command about a Redis, for a fault that a Sentinel saw, stays with its own example.
    assert "logs redis-0 -c redis --tail" in told("redis-sentinel-1", "PB025")
