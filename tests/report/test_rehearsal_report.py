"""The report of rehearsals: made from recorded results of real ones, read back as its readers read it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from reading import HOSTILE, browsed, junit_of, page_of
from recording import both, later, read, record, recorded

from redismanifests.errors import FolderError
from redismanifests.present.documents.comparison.rehearsals import rehearsals_compared
from redismanifests.present.documents.rehearsal import finished, rehearsal
from redismanifests.present.rehearsal.files import refuse_loss, report_files, write
from redismanifests.present.rehearsal.names import slug
from redismanifests.present.writers import Terminal, written
from redismanifests.prove.rehearse.bench.subject import Subject
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.suite import Plan, Record, Run
from redismanifests.prove.result.rehearsed import rehearsal_comparison
from redismanifests.render import output as folder

if TYPE_CHECKING:
    from collections.abc import Callable


def record_text(record: Record, *, every: bool = True) -> str:
    return written(rehearsal(record, every=every), "text")


def line_text(run: Run, *, subject: bool, colour: bool = False) -> str:
    return written(finished(run, subject=subject), "text", Terminal(colour=colour)).removesuffix("\n")


GOLDEN = Path(__file__).parent / "golden"


def hostile() -> Run:
    failed = recorded("failed")
    return Run(HOSTILE, 1, HOSTILE, replace(failed, problems=(HOSTILE,), not_carried=(HOSTILE,)))


def test_the_report_of_a_recorded_result_is_what_is_committed() -> None:
    files = report_files(both())
    files["terminal.txt"] = record_text(both()).encode()
    files["later.json"] = written(rehearsal(later()), "json").encode()
    found = rehearsal_comparison(read(both()), read(later()))
    files["diff.txt"] = written(rehearsals_compared(found), "text").encode()
    if os.environ.get("UPDATE_CASES"):
        folder.write(GOLDEN, files)
    assert files == folder.read(GOLDEN)


def test_a_report_shows_everything_and_a_failure_the_lines_around_the_fault() -> None:
    files = {name: content.decode() for name, content in report_files(both()).items()}
    assert sorted(files) == sorted(
        ["index.html", "junit.xml", "report.json", "report.md"]
        + [f"{run}.{kind}" for run in ("master-killed", "master-deleted") for kind in ("svg", "log")]
    )
    for name in ("index.html", "report.md"):
        assert "1 of 2 runs held" in files[name]
        assert "exceeded" in files[name]
        # What the old master said when it was told to stop.
        assert files[name].count("User requested shutdown") == 1
    assert "User requested shutdown" in files["junit.xml"]
    assert files["index.html"].count("<svg") == 2


@pytest.mark.parametrize("planned", [2, 3])
def test_the_page_is_whole_in_itself(planned: int) -> None:
    html = report_files(replace(both(), planned=planned))["index.html"].decode()
    page_of(html)
    assert ("1 were not run" in html) == (planned == 3)


def test_a_picture_names_each_pod_and_says_in_words_what_it_shows() -> None:
    run = both().runs[0]
    root = ElementTree.fromstring(report_files(both())["master-killed.svg"].decode())
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{space}text")]
    for pod in ("redis-0", "redis-1", "redis-2", "redis-sentinel-0", "client"):
        assert pod in texts
    labels = str(root.get("aria-labelledby")).split()
    named = {element.get("id"): element.text or "" for element in root.iter() if element.get("id")}
    outage = run.result.measure("outage").value
    assert named[labels[0]] == "master-killed: kill -9 of the master"
    assert f"longest time without an acknowledged write {outage:.2f} s" in named[labels[1]]
    assert f"{outage:.1f} s" in texts
    assert not [element for element in root.iter() if element.tag in (f"{space}script", f"{space}image")]


@pytest.mark.parametrize("subject", ["shop", "other"])
def test_ci_servers_read_the_junit_file(subject: str) -> None:
    held, failed = both().runs
    root = junit_of(written(rehearsal(record(held, replace(failed, subject=subject), hostile())), "junit"))
    assert (root.get("tests"), root.get("failures")) == ("3", "2")
    assert [suite.get("tests") for suite in root] == (["2", "1"] if subject == "shop" else ["1", "1", "1"])
    (case, *_) = root.iter("failure")
    assert str(case.get("message")).startswith("outage: ")


def test_json_is_strict_and_holds_every_measure() -> None:
    endless = replace(recorded("held"), measures=(Measure("outage", float("inf"), "s", 9.5),))
    ours = both()
    told = rehearsal(replace(ours, runs=(*ours.runs, Run("shop", 2, "", endless))))
    document = json.loads(written(told, "json"), parse_constant=pytest.fail)
    assert [run["held"] for run in document["runs"]] == [True, False, False]
    assert not document["held"]
    assert document["runs"][2]["measures"] == [
        {"name": "outage", "value": None, "unit": "s", "limit": 9.5, "held": False}
    ]
    for run, told in zip(ours.runs, document["runs"], strict=False):
        assert [m.name for m in run.result.measures] == [m["name"] for m in told["measures"]]
        assert told["engine"] == run.result.engine
        assert len(told["events"]) == len(run.result.events)


def test_no_text_of_a_result_becomes_markup_or_steers_a_terminal() -> None:
    files = {name: content.decode() for name, content in report_files(record(hostile())).items()}
    page_of(files["index.html"])
    for name in ("report.md", "index.html", "junit.xml"):
        assert "\x1b" not in files[name], name
    for row in files["report.md"].splitlines():
        if row.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", row)) in (3, 5, 6), row
    assert ElementTree.fromstring(files["junit.xml"]).get("failures") == "1"
    assert "\x1b" not in record_text(record(hostile())) + line_text(hostile(), subject=True)


def test_a_table_of_several_runs_has_medians_and_maxima() -> None:
    held = recorded("held")
    runs = [
        Run("shop", number, "about", replace(held, measures=(Measure("outage", value, "s", 6.0),)))
        for number, value in enumerate((5.0, 7.5, 5.5), 1)
    ]
    text = record_text(record(*runs, planned=5))
    assert "shop, master-killed: about: FAILED (2 of 3)" in text
    assert re.search(r"^  outage +5.50 s +7.50 s +6 s +exceeded$", text, re.MULTILINE)
    assert "2 of 5 held" in text
    assert text.endswith("2 not run\n")


def test_a_line_of_a_run_says_what_an_operator_asks_first() -> None:
    held, failed = both().runs
    assert re.fullmatch(
        r"held   master-killed +outage \d\.\d\d s \(limit 8.9 s\); 0 of \d+ acknowledged writes lost.*",
        line_text(held, subject=False),
    )
    line = line_text(failed, subject=True, colour=True)
    assert line.startswith("\x1b[31;1mFAILED\x1b[0m shop master-deleted")
    assert line.count(" s (exceeds ") == 1


def test_a_report_replaces_only_what_it_wrote(tmp_path: Path) -> None:
    report = tmp_path / "report"
    plan = Plan([Subject("shop", ())], ["master-killed", "master-deleted"], 1, 30.0)
    refuse_loss(report, plan)
    assert not report.exists()
    write(report, both())
    (report / "notes.txt").write_text("mine", encoding="utf-8")
    refuse_loss(report, plan)
    write(report, record(both().runs[0]))
    assert not (report / "master-deleted.svg").exists()
    assert (report / "notes.txt").read_text(encoding="utf-8") == "mine"
    (report / "report.md").write_text("edited", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in report.iterdir()}
    for write_it in (lambda: refuse_loss(report, plan), lambda: write(report, both())):
        with pytest.raises(FolderError, match=r"report\.md"):
            write_it()
    assert {path.name: path.read_bytes() for path in report.iterdir()} == before


def test_a_report_has_the_order_of_the_plan_whichever_run_ended_first() -> None:
    held, failed = both().runs
    subjects = [Subject("b", ()), Subject("shop", ())]
    plan = Plan(subjects, ["master-deleted", "master-killed"], 2, 30.0)
    again = replace(failed, number=2)
    first = replace(held, subject="b")
    assert plan.ordered((again, held, failed, first)) == (first, failed, held, again)


def test_files_of_several_subjects_and_repeats_have_names_of_their_own() -> None:
    held, failed = both().runs
    files = report_files(record(held, replace(held, number=2), replace(failed, subject="Shop_2")))
    assert {name for name in files if name.endswith(".svg")} == {
        "shop.master-killed.svg",
        "shop.master-killed.2.svg",
        "shop-2.master-deleted.svg",
    }
    assert slug("../.ä") == "manifests"


@pytest.mark.slow
def test_a_browser_shows_the_page_and_has_nothing_to_complain_of(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    chromium = require_tool("chromium", "Debian: apt-get install chromium")

    page = report_files(both())["index.html"]
    assert browsed(chromium, page, tmp_path) == []
    broken = page.replace(
        b"</body>", b'<img src="http://127.0.0.1:1/x.png"><script>nothing()</script></body>'
    )
    assert len(browsed(chromium, broken, tmp_path)) >= 1, "this test would see an error"


def test_a_scenario_that_held_has_a_line_and_the_verdict_stays_on_the_screen() -> None:
    whole, short = record_text(both()), record_text(both(), every=False)
    assert "kill -9 of the master: held" in whole
    assert "kill -9 of the master: held" not in short
    assert "graceful delete of the master: FAILED" in short
    assert short.splitlines()[-1] == whole.splitlines()[-1]
    alone = record(both().runs[0])
    assert record_text(alone, every=False) == record_text(alone)
