"""`verify --report`: what the command writes, and what it refuses before anything is asked."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from deployment import REFERENCE, TOP
from redismanifests.present.verification.files import report_text, write
from redismanifests.present.verification.machine import read
from redismanifests.present.writers import REPORT, WRITERS, format_of
from redismanifests.prove.checks.probe import Status
from verification.seen import seen

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = TOP / "docs" / "examples"
DUMPED = ("verify", REFERENCE, "--dump", TOP / "rendered")


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_committed_example_is_what_its_json_says(form: str) -> None:
    """After a change of the report: UPDATE_CASES=1 pytest tests/report; the JSON is one of a real rehearsal."""
    example = EXAMPLES / f"verification{WRITERS[form].ending}"
    told = read("verification.json", (EXAMPLES / "verification.json").read_text(encoding="utf-8"))
    assert told.held
    assert [drill.kind.value for drill in told.drills] == ["failover", "rolling-restart"]
    assert all(judged.status is Status.PASSED for judged in told.matrix)
    if os.environ.get("UPDATE_CASES"):
        write(example, told)
    assert example.read_text(encoding="utf-8") == report_text(told, form)


def test_verify_writes_each_report_that_is_asked_for_whatever_it_found(tmp_path: Path) -> None:
    paths = [tmp_path / f"report{form}" for form in (".md", ".html", ".json", ".xml")]
    drill = tmp_path / "drill.json"
    (failover, _) = seen().drills
    drill.write_text(json.dumps(failover.to_json()), encoding="utf-8")
    options = [option for path in paths for option in ("--report", path)]
    done = redismanifests(*DUMPED, *options, "--drilled", drill)
    assert done.returncode == 1
    assert done.stderr.endswith("".join(f"report: {path}\n" for path in paths))
    assert "drill failover: held: outage 6.30 s (bound 8.9 s)" in done.stdout
    told = read("report.json", paths[2].read_text(encoding="utf-8"))
    assert told.drills == (failover,)
    assert told.verdict.status is not Status.PASSED
    assert told.subject.kind == "dump"
    for path in paths:
        assert path.read_text(encoding="utf-8") == report_text(told, format_of(path, REPORT))
    # What --format json prints is read as a report, too.
    printed = tmp_path / "printed.json"
    printed.write_text(redismanifests(*DUMPED, "--format", "json").stdout, encoding="utf-8")
    assert redismanifests("report", "diff", printed, printed).returncode == 0


def test_a_drill_that_failed_is_told_and_fails_the_command(tmp_path: Path) -> None:
    drill = tmp_path / "drill.json"
    (failover, _) = seen().drills
    drill.write_text(json.dumps(replace(failover, lost=3).to_json()), encoding="utf-8")
    done = redismanifests(*DUMPED, "--drilled", drill)
    assert done.returncode == 1
    assert "drill failover: FAILED" in done.stdout
    assert "   = 3 of 851 acknowledged writes are lost\n" in done.stdout


def test_what_could_not_be_written_or_read_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    mine = tmp_path / "mine.md"
    mine.write_text("mine", encoding="utf-8")
    for options, said in (
        (("--report", mine), "no report of redismanifests"),
        (("--report", tmp_path / "a.txt"), "a report ends in"),
        (("--drilled", mine), "no result of a drill"),
        (("--drilled", tmp_path / "nothing"), "cannot be read"),
        (("--drill", "failover"), "use --rehearse"),
    ):
        done = redismanifests(*DUMPED, *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    manifests = redismanifests(
        "verify", TOP / "rendered", "--dump", TOP / "rendered", "--report", tmp_path / "b.md"
    )
    assert manifests.returncode == 2
    assert "with a profile" in manifests.stderr
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["mine.md"]


@pytest.mark.slow
@pytest.mark.lab
def test_a_rehearsal_is_broken_for_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = redismanifests("verify", REFERENCE, "--rehearse", "--drill", "failover", "--report", report)
    assert done.returncode == 0, done.stdout + done.stderr
    told = read("report.json", report.read_text(encoding="utf-8"))
    (drill,) = told.drills
    assert drill.promoted
    assert drill.held
    assert {each.claim.id: each.status for each in told.matrix if each.claim.id.startswith("23.")} == {
        "23.8": Status.PASSED,
        "23.20": Status.PASSED,
        "23.30": Status.PASSED,
        "23.31": Status.NOT_VERIFIED,
    }
