"""Figures of a rehearsal: keys of before, the engine that stood in, and numbers that are none, in every format."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from recording import record, recorded

from deployment import TOP
from redismanifests.present.documents.rehearsal import finished, rehearsal
from redismanifests.present.rehearsal.files import report_files
from redismanifests.present.rehearsal.meanings import MEANINGS
from redismanifests.present.writers import Terminal, written
from redismanifests.prove.rehearse.bench.substitution import same_engine
from redismanifests.prove.rehearse.result import KEYS_OF_BEFORE, LOST_KEYS, Measure, Result
from redismanifests.prove.rehearse.suite import Record, Run
from redismanifests.prove.toycluster.event import Event

NO_NUMBER = re.compile(r"(?<![\w.-])-?(inf|nan)\b|(?<![\w.])-0(\.0+)?(?![\w.]|-)", re.IGNORECASE)
"""``inf``, ``nan`` and a zero below zero, as words of their own."""


def record_text(record: Record, *, every: bool = True) -> str:
    return written(rehearsal(record, every=every), "text")


def line_text(run: Run, *, subject: bool, colour: bool = False) -> str:
    return written(finished(run, subject=subject), "text", Terminal(colour=colour)).removesuffix("\n")


GOLDEN = Path(__file__).parent / "golden"


def run_with(*measures: Measure, events: tuple[Event, ...] = (), problems: tuple[str, ...] = ()) -> Run:
    held = recorded("held")
    known = {measure.name for measure in measures}
    kept = tuple(measure for measure in held.measures if measure.name not in known)
    result = replace(held, measures=(*kept, *measures), events=(*held.events, *events), problems=problems)
    return Run("shop", 1, "kill -9 of the master", result)


def outputs(run: Run) -> dict[str, str]:
    texts = {name: content.decode() for name, content in report_files(record(run)).items()}
    return texts | {"terminal": record_text(record(run)), "line": line_text(run, subject=True)}


def test_keys_of_before_are_told_wherever_a_run_is_summed_up() -> None:
    run = run_with(Measure(KEYS_OF_BEFORE, 5000, ""), Measure(LOST_KEYS, 0, "", 0))
    texts = outputs(run)
    assert run.result.held
    for name in ("line", "index.html", "report.md", "junit.xml"):
        assert "keys of before: 5,000 of 5,000" in texts[name], name
    told = {each["name"]: each for each in json.loads(texts["report.json"])["runs"][0]["measures"]}
    assert (told[KEYS_OF_BEFORE]["value"], told[LOST_KEYS]["held"]) == (5000, True)


def test_one_lost_key_of_before_does_not_hold() -> None:
    run = run_with(Measure(KEYS_OF_BEFORE, 5000, ""), Measure(LOST_KEYS, 1, "", 0))
    texts = outputs(run)
    assert not run.result.held
    assert texts["line"].startswith("FAILED")
    assert "keys of before: 4,999 of 5,000" in texts["line"]
    assert re.search(r"^  lost keys of before +1 +0 +exceeded$", texts["terminal"], re.MULTILINE)


def test_an_engine_that_stands_in_is_named_on_the_first_line() -> None:
    run = run_with(events=(Event(recorded("held").began, "Deployed", "", "Redis 8.0.2"),))
    texts = outputs(run)
    said = "Redis 7.0.15 in place of Redis 8.0.2"
    assert run.result.stands_in
    assert said in texts["terminal"].splitlines()[0]
    assert said in texts["terminal"].splitlines()[-1]
    assert said in texts["report.md"].splitlines()[2].replace("\\", "")
    assert f"1 of 1 runs held, with {said}" in texts["index.html"]
    document = json.loads(texts["report.json"])
    assert (document["sameEngine"], document["runs"][0]["deployed"]) == (False, "Redis 8.0.2")
    assert '<property name="deployed" value="Redis 8.0.2" />' in texts["junit.xml"]


def test_the_deployed_engine_needs_no_word() -> None:
    run = run_with(events=(Event(recorded("held").began, "Deployed", "", "Redis 7.0.15"),))
    assert not run.result.stands_in
    assert not any("in place of" in text for text in outputs(run).values())


@pytest.mark.parametrize(
    ("deployed", "played", "same"),
    [
        ("Redis 8.0", "Redis 8.0.6", True),
        ("Redis 8.0", "Redis 8.0", True),
        ("Redis 8.0.2", "Redis 8.0.6", False),
        ("Redis 8.0.1", "Redis 8.0.12", False),
        ("Redis 8.0.2", "Valkey 8.0.2", False),
        ("", "Redis 7.0.15", True),
    ],
)
def test_a_tag_stands_for_every_version_that_it_leaves_open(
    deployed: str, played: str, *, same: bool
) -> None:
    assert same_engine(deployed, played) is same


@pytest.mark.parametrize("value", [math.inf, -0.0, -0.0004, 0.0])
@pytest.mark.parametrize("limit", [None, math.inf, 8.9, -0.0])
def test_no_figure_is_infinite_or_a_zero_below_zero(value: float, limit: float | None) -> None:
    moment = recorded("held").fault_at or 0.0
    run = run_with(
        Measure("outage", value, "s", limit),
        Measure("loss window", value, "s", limit),
        Measure("busiest process", value, "% of a core", limit),
        events=(Event(moment - 0.0004, "Fault", "redis-0", "thawed"),),
    )
    for name, text in outputs(run).items():
        assert not (found := NO_NUMBER.search(text)), (
            name,
            text[max(0, found.start() - 60) : found.end() + 20],
        )


def test_no_committed_report_has_such_a_figure() -> None:
    examples = Path(__file__).resolve().parents[2] / "docs" / "examples"
    files = [*GOLDEN.rglob("*.*"), *examples.rglob("*.*")]
    assert len(files) > 10
    for file in files:
        found = NO_NUMBER.search(file.read_text(encoding="utf-8"))
        assert not found, (file.name, found)


def test_a_pause_of_the_preparation_is_not_the_longest_of_a_picture() -> None:
    held = recorded("held")
    fault = held.fault_at or 0.0
    outage = max(ends - begins for begins, ends in held.pauses)
    early = replace(held, pauses=((fault - 60, fault - 20), *held.pauses))
    picture = report_files(record(Run("shop", 1, "about", early)))["master-killed.svg"].decode()
    assert f"longest time without an acknowledged write {outage:.2f} s" in picture


def test_a_fault_of_many_pods_says_what_was_done_before_all_names() -> None:
    held = recorded("held")
    moment = (held.fault_at or 0.0) + 1
    pods = [f"redis-{number}" for number in range(3)] + [f"redis-sentinel-{number}" for number in range(3)]
    result = Result(
        "s", (), (), (), events=(*held.events, *(Event(moment, "Fault", pod, "kill -9") for pod in pods))
    )
    picture = report_files(record(Run("shop", 1, "about", result)))["s.svg"].decode()
    assert "redis-0, redis-1, redis-2, 3 more: kill -9</text>" in picture


def test_every_figure_that_is_explained_is_one_that_a_scenario_measures() -> None:
    files = (TOP / "src" / "redismanifests" / "prove" / "rehearse").rglob("*.py")
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    assert {name for name in MEANINGS if f'Measure("{name}"' not in sources} == set()
