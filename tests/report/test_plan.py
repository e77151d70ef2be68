"""The plan shows what facts say, fits its screen, and is read back whole from each of its forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment import COMMITTED, MINIMAL, REFERENCE, reviewed
from redismanifests.judge.plan import Amount, Budget, plan
from redismanifests.judge.review import review
from redismanifests.present.documents.plan import plan as document
from redismanifests.present.drawing import WIDTH, bars, verdict
from redismanifests.present.writers import Terminal, written
from redismanifests.profile.derived import recovery, sizing
from redismanifests.profile.formulas import votes

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.judge.plan import Plan


def shown(planned: Plan, form: str = "text", **terminal: bool) -> str:
    return written(document(planned), form, Terminal(**terminal))


each_profile = pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)

LARGE = """\
name: a-name-of-forty-characters-which-is-long
namespace: shop
redis: {replicas: 9, maxmemory: 3Gi}
sentinel: {replicas: 9, failoverTimeout: 60s}
spread: {hard: [topology.kubernetes.io/zone]}
waivers: [{finding: RM021, reason: "the <shop> & its | clients @night ]]>"}]
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "large.yaml"
    path.write_text(LARGE, encoding="utf-8")
    return path


@each_profile
def test_it_fits_a_hundred_columns(path: Path) -> None:
    text = shown(plan(reviewed(path)))
    # A Service's name, a digest and a setting's path are not broken: they are to be copied.
    assert [line for line in text.splitlines() if len(line) > WIDTH and "@sha256:" not in line] == []
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_the_largest_fits_too(large: Path) -> None:
    assert max(map(len, shown(plan(review(large))).splitlines())) <= WIDTH


@each_profile
def test_a_terminal_that_has_only_ascii_shows_all_of_it(path: Path) -> None:
    text = shown(plan(reviewed(path)))
    plain = shown(plan(reviewed(path)), ascii=True)
    assert plain.isascii()
    assert list(map(len, plain.splitlines())) == list(map(len, text.splitlines()))
    assert "?" not in plain.replace("?", "", text.count("?"))


def test_colour_is_there_only_where_it_is_asked_for() -> None:
    planned = plan(reviewed(REFERENCE))
    assert "\x1b" not in shown(planned)
    assert "\x1b[33;1mwarning\x1b[0m" in shown(planned, colour=True)


@each_profile
def test_every_pod_stands_in_the_picture_once(path: Path) -> None:
    planned = plan(reviewed(path))
    boxes = shown(planned).split("of each workload")[0]
    words = boxes.replace("│", " ").split()
    pods = [pod for workload in planned.workloads for pod in workload.pods]
    assert sorted(word for word in words if word in pods) == sorted(pods)


@each_profile
def test_budgets_are_what_facts_say(path: Path) -> None:
    profile = reviewed(path).profile
    time, *_, memory, disk = plan(reviewed(path)).budgets
    bound = recovery.recovery(profile)
    assert time.used == bound.normal_ms
    assert time.used + time.beyond[0].amount == bound.after_failed_election_ms
    assert memory.used == sizing.needed_limit_bytes(profile)
    assert disk.used == sizing.needed_volume_bytes(profile)


@given(st.integers(1, 9), st.integers(1, 9))
def test_one_sentinel_more_than_may_be_lost_is_one_too_many(there: int, quorum: int) -> None:
    losable = votes.sentinels_to_lose(there, quorum)
    if quorum <= there:
        assert there - losable >= max(quorum, votes.majority(there))
        assert there - losable - 1 < max(quorum, votes.majority(there))
    else:
        assert losable == 0


AMOUNTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=5)


@given(AMOUNTS, AMOUNTS, st.integers(1, 10**12))
def test_bars_begin_where_the_one_before_ends(parts: list[int], beyond: list[int], limit: int) -> None:
    budget = Budget(
        "b",
        Amount("limit", limit, "x"),
        tuple(Amount("part", one, "x") for one in parts),
        tuple(Amount("beyond", one, "x") for one in beyond),
    )
    *rows, last = bars(budget)
    starts = [next(at for at, cell in enumerate(row) if cell in "█░") for row in rows]
    ends = [max(at for at, cell in enumerate(row) if cell in "█░") for row in rows]
    assert starts == sorted(starts)
    assert all(after - before in (-1, 0, 1) for before, after in zip(ends, starts[1:], strict=False))
    assert len({len(row) for row in (*rows, last)}) == 1
    assert last.startswith("│ limit: limit")
    assert "│" in last[1:]
    fits = sum(parts) <= limit
    assert verdict(budget).text.startswith("fits") == fits


@pytest.mark.parametrize("path", ["minimal", "large"])
def test_the_picture_is_xml_that_holds_everything(path: str, large: Path) -> None:
    planned = plan(review(large if path == "large" else MINIMAL))
    root = ElementTree.fromstring(shown(planned, "svg"))
    text = " ".join(root.itertext())
    pods = [pod for workload in planned.workloads for pod in workload.pods]
    assert all(pod in text for pod in pods)
    assert all(part.name in text and part.written in text for b in planned.budgets for part in b.parts)
    assert all(finding.code in text for finding in planned.findings)
    height = float(root.attrib["height"])
    numbers = [float(e.attrib["y"]) for e in root.iter() if "y" in e.attrib]
    assert 0 < min(numbers) < max(numbers) < height


def test_markdown_has_whole_tables_and_closed_fences(large: Path) -> None:
    text = shown(plan(review(large)), "markdown")
    assert text.count("```") % 2 == 0
    outside = "".join(text.split("```")[::2])
    for table in outside.split("\n\n"):
        rows = [row.replace("\\|", "") for row in table.splitlines() if row.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1
    assert "&lt;shop" in outside or "\\<shop\\>" in outside


def test_json_holds_the_same_figures() -> None:
    planned = plan(reviewed(REFERENCE))
    document = json.loads(shown(planned, "json"))
    assert [b["limit"]["amount"] for b in document["budgets"]] == [b.limit.amount for b in planned.budgets]
    assert [f["code"] for f in document["findings"]] == [f.code for f in planned.findings]
    assert document["mayBeLost"][0]["losable"] == 1
