"""The report of a verification: made from recorded rehearsals, read back as its readers read it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from reading import HOSTILE, browsed, junit_of, page_of

from commandline import redismanifests
from redismanifests.core.findings import Severity
from redismanifests.errors import FolderError, RedismanifestsError
from redismanifests.present.documents.comparison.verifications import compared
from redismanifests.present.timeline import Lane, Mark, Span, State, Timeline
from redismanifests.present.timeline.chart import chart
from redismanifests.present.verification.files import refuse_loss, report_text, write
from redismanifests.present.verification.machine import read
from redismanifests.present.verification.seal import ours, sealed
from redismanifests.present.writers import REPORT, WRITERS, formats, written
from redismanifests.prove.checks.probe import Evidence, Status
from redismanifests.prove.result.claim import Claim
from redismanifests.prove.result.comparison import comparison
from redismanifests.prove.result.drill import Event, Role, Turn
from redismanifests.prove.result.verification import Remark, Verification
from redismanifests.render import output as folder
from verification.seen import changed, outcome, seen

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden" / "verification"
FORMS = formats(*REPORT)
FAILED, PASSED, UNKNOWN = Status.FAILED, Status.PASSED, Status.NOT_VERIFIED


def hostile() -> Verification:
    """Free text everywhere, and nothing that went well."""
    bad = replace(
        outcome("PB010", FAILED, HOSTILE),
        about=HOSTILE,
        name=HOSTILE,
        evidence=(Evidence(HOSTILE, HOSTILE, HOSTILE),),
    )
    (first, *_) = seen().drills
    drill = replace(
        first,
        how=HOSTILE,
        promoted=HOSTILE,
        outage_s=None,
        agreed_s=None,
        problems=(HOSTILE,),
        events=(Event(first.began, HOSTILE, fault=True),),
        turns=(Turn(first.began, HOSTILE, Role.MASTER),),
    )
    return replace(
        changed(seen(), bad, outcome("PB061", UNKNOWN, HOSTILE)),
        profile=HOSTILE,
        deployment=HOSTILE,
        subject=replace(seen().subject, name=HOSTILE, namespace=HOSTILE, notes=(HOSTILE,)),
        engines=(HOSTILE,),
        requirements=(Claim(HOSTILE, HOSTILE, ("PB010",)),),
        remarks=(Remark("RM021", HOSTILE, Severity.NOTE, HOSTILE, HOSTILE, HOSTILE),),
        limitations=(HOSTILE,),
        drills=(drill,),
    )


def worse() -> Verification:
    """What changes between two of them: a check that fails, one that is new, one that is gone, a slower drill."""
    (first, *_) = seen().drills
    (known,) = (each for each in seen().outcomes if each.code == "PB022")
    fact = "redis-sentinel-0: Sentinel knows 0 of 2 replicas"
    found = changed(seen(), replace(known, status=FAILED, facts=(fact,)), outcome("PB190", PASSED))
    kept = tuple(each for each in found.outcomes if each.code != "PB071")
    return replace(found, outcomes=kept, at=found.at + 60, drills=(replace(first, outage_s=9.2),))


def files() -> dict[str, bytes]:
    made = {f"report{WRITERS[form].ending}": report_text(seen(), form) for form in FORMS}
    for form in ("markdown", "json"):
        made[f"failed{WRITERS[form].ending}"] = report_text(seen("failed"), form)
    found = comparison(seen(), worse())
    made |= {"diff.txt": written(compared(found), "text"), "diff.md": written(compared(found), "markdown")}
    return {name: text.encode() for name, text in made.items()}


def test_the_report_of_a_recorded_verification_is_what_is_committed() -> None:
    """After a change of the report: UPDATE_CASES=1 pytest tests/report; look at the page before it is committed."""
    if os.environ.get("UPDATE_CASES"):
        folder.write(GOLDEN, files())
    assert files() == folder.read(GOLDEN)


def test_the_report_has_every_part_of_the_one_that_was_written_by_hand() -> None:
    for form in ("markdown", "html"):
        text = report_text(seen(), form)
        for part in (
            "Compliance matrix",
            "drill failover",
            "Replication",
            "Known limitations",
            "Recommendations",
        ):
            assert part in text, (form, part)
        assert text.count("INFO") > 10
        for number in ("23.8", "23.20", "23.30", "23.31", "a key set on the master is read back"):
            assert number in text
    page = report_text(seen(), "html")
    assert page.count("<svg") == 2
    assert "redis-1 is master" in page


@pytest.mark.parametrize(
    "verification", [seen(), seen("failed"), hostile()], ids=["held", "failed", "hostile"]
)
def test_a_page_is_whole_in_itself_and_no_text_becomes_markup(verification: Verification) -> None:
    html = report_text(verification, "html")
    page_of(html)
    assert "\x1b" not in html + report_text(verification, "markdown") + report_text(verification, "junit")
    for row in report_text(verification, "markdown").splitlines():
        if row.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", row)) in (3, 4, 5), row
            assert not re.search(r"(?<!\\)<script", re.sub(r"`[^`]*`", "", row.replace("\\`", "")))


@pytest.mark.parametrize(
    "verification", [seen(), seen("failed"), hostile()], ids=["held", "failed", "hostile"]
)
def test_ci_servers_read_the_junit_file(verification: Verification) -> None:
    root = junit_of(report_text(verification, "junit"))
    suites = {suite.get("name", "").rpartition(".")[2]: suite for suite in root}
    assert suites["checks"].get("tests") == str(len(verification.outcomes))
    assert suites["checks"].get("failures") == str(len(verification.verdict.by_status(FAILED)))
    assert suites["checks"].get("skipped") == str(len(list(suites["checks"].iter("skipped"))))
    assert suites["drills"].get("failures") == str(sum(not each.held for each in verification.drills))
    assert suites["requirements"].get("tests") == str(len(verification.requirements))


def test_json_is_read_back_as_it_was() -> None:
    for verification in (seen(), seen("failed"), hostile()):
        text = report_text(verification, "json")
        assert read("report.json", text) == verification
        follows = json.loads(text, parse_constant=pytest.fail)["follows"]
        assert [each["status"] for each in follows["matrix"]] == [str(m.status) for m in verification.matrix]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("{", "is no JSON"),
        ("[]", "is no report of a verification"),
        ('{"tool": "other"}', "is no report of a verification"),
        ('{"tool": "redismanifests verification"}', "cannot read: schema None instead of 1"),
        ('{"tool": "redismanifests verification", "schema": 9}', "schema 9 instead of 1"),
        (
            '{"tool": "redismanifests verification", "schema": 1, "at": []}',
            "cannot read: at: Input should be",
        ),
    ],
)
def test_what_is_no_report_is_refused(text: str, fact: str) -> None:
    with pytest.raises(RedismanifestsError) as refused:
        read("a.json", text)
    assert fact in refused.value.fact


@pytest.mark.parametrize("form", FORMS)
def test_a_report_replaces_only_a_report_that_nobody_edited(form: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / f"report{WRITERS[form].ending}"
    write(path, seen())
    assert path.read_text(encoding="utf-8") == report_text(seen(), form)
    write(path, seen("failed"))
    written = path.read_bytes()
    assert ours(written)
    assert written == report_text(seen("failed"), form).encode()
    for foreign in (written.replace(b"redis-0", b"redis-9", 1), written + b"\n", b"", b"\xff", b"notes"):
        path.write_bytes(foreign)
        for write_it in (lambda: refuse_loss(path), lambda: write(path, seen())):
            with pytest.raises(FolderError, match="no report of redismanifests, or was edited since"):
                write_it()
        assert path.read_bytes() == foreign
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_cannot_be_written_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder.md").mkdir()
    for name, fact in (
        ("report.txt", "a report ends in .html, .json, .md, .xml"),
        ("link.md", "is a link to nothing"),
        ("folder.md", "cannot be read"),
    ):
        with pytest.raises(RedismanifestsError, match=re.escape(fact)):
            refuse_loss(tmp_path / name)


def test_a_seal_is_of_the_text_above_it() -> None:
    for text in ('{\n  "a": 1\n}\n', "# A page\n", ""):
        assert ours(sealed(text).encode())
        assert not ours(text.encode())
    assert json.loads(sealed('{\n  "a": 1\n}\n'))["a"] == 1


def test_a_chart_says_in_letters_what_a_picture_shows() -> None:
    lanes = (
        Lane("redis-0", (Span(-1, 0, State.MASTER, True), Span(0, 3, State.STARTING, False))),
        Lane("b", (Span(-1, 2, State.REPLICA, True), Span(2, 3, State.MASTER, False))),
    )
    marks = (Mark(0, "killed", fault=True), Mark(0.01, "seen"), Mark(2, "b is master"))
    text = chart(Timeline("x", "x", -1, 3, lanes, marks, ((0.5, 2.5),)), columns=8)
    assert text.splitlines() == [
        "      s    0",
        "           1   3",
        "redis-0  MM......",
        "b        RRRRRRmm",
        "writes   ---!!!!-",
        "",
        "M master, R replica, . pod without a server, lower case: not ready, ! no write acknowledged, * done by the "
        "drill",
        "1: 0.0 s * killed",
        "2: 0.0 s seen",
        "3: 2.0 s b is master",
    ]


def test_diff_tells_what_got_worse_and_its_exit_code_says_so(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    write(old, seen())
    write(new, worse())
    assert redismanifests("report", "diff", str(old), str(old)).returncode == 0
    done = redismanifests("report", "diff", str(old), str(new))
    assert (done.returncode, done.stdout) == (1, written(compared(comparison(seen(), worse())), "text"))
    assert redismanifests("report", "diff", str(new), str(old)).returncode == 0
    machine = redismanifests("report", "diff", "--format", "json", str(old), str(new))
    assert machine.stdout == written(compared(comparison(seen(), worse())), "json")
    told = json.loads(machine.stdout)
    assert told["worse"]
    assert {each["direction"] for each in told["changes"]} == {"worse", "new", "gone"}
    assert "outage of drill failover" in {each["name"] for each in told["figures"]}
    marked = redismanifests("report", "diff", "--format", "markdown", str(old), str(new))
    assert (marked.returncode, marked.stdout) == (
        1,
        written(compared(comparison(seen(), worse())), "markdown"),
    )
    for wrong in (tmp_path / "nothing.json", tmp_path):
        assert redismanifests("report", "diff", str(wrong), str(new)).returncode == 2


def test_a_comparison_of_unlike_things_says_so() -> None:
    other = replace(
        seen(),
        at=0.0,
        digest="x",
        deployment="other",
        subject=replace(seen().subject, kind="dump"),  # type: ignore[arg-type]
    )
    text = written(compared(comparison(seen(), other)), "text")
    for said in ("two deployments", "not the same text", "not looked at in the same way", "is older"):
        assert said in text
    assert "\x1b" not in written(compared(comparison(seen(), hostile())), "text")


def test_a_report_is_shown_again_in_another_form(tmp_path: Path) -> None:
    write(tmp_path / "a.json", seen())
    done = redismanifests("report", "show", str(tmp_path / "a.json"))
    assert sealed(done.stdout) == report_text(seen(), "markdown")
    page = tmp_path / "a.html"
    done = redismanifests("report", "show", str(tmp_path / "a.json"), "--report", str(page))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"report: {page}\n")
    assert page.read_text(encoding="utf-8") == report_text(seen(), "html")
    page.write_text("mine", encoding="utf-8")
    other = tmp_path / "a.md"
    done = redismanifests(
        "report", "show", str(tmp_path / "a.json"), "--report", str(other), "--report", str(page)
    )
    assert done.returncode == 2
    assert not other.exists()


@pytest.mark.slow
def test_a_browser_shows_the_page_light_dark_and_on_paper(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    chromium = require_tool("chromium", "Debian: apt-get install chromium")
    page = report_text(seen(), "html").encode()
    pictures = []
    for mode in ("--force-light-mode", "--force-dark-mode"):
        assert browsed(chromium, page, tmp_path, mode) == []
        pictures.append((tmp_path / "picture.png").read_bytes())
    assert pictures[0] != pictures[1]
    folded = page.replace(b"details::details-content", b"nothing")
    # Evidence that is folded on a screen is printed.
    assert _pages(chromium, page, tmp_path) > _pages(chromium, folded, tmp_path) + 5


def _pages(chromium: str, html: bytes, folder: Path) -> int:
    (folder / "page.html").write_bytes(html)
    paper = folder / "page.pdf"
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}")
    subprocess.run(
        [chromium, *options, f"--print-to-pdf={paper}", (folder / "page.html").as_uri()],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
