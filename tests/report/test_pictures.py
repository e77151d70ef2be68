"""Pages and pictures: what they show at a glance, on a narrow screen, and to who does not see them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from reading import browsed
from recording import both, later, read, record, recorded

from deployment import MINIMAL, TOP, reviewed
from redismanifests.judge.plan import Amount, Budget, plan
from redismanifests.present.document import Tone
from redismanifests.present.documents.comparison.rehearsals import rehearsals_compared
from redismanifests.present.documents.comparison.verifications import compared
from redismanifests.present.documents.plan import plan as plan_document
from redismanifests.present.documents.rehearsal import rehearsal
from redismanifests.present.documents.verification import verified
from redismanifests.present.drawing import verdict
from redismanifests.present.rehearsal.figure import cost, of_limit
from redismanifests.present.rehearsal.lanes import timeline
from redismanifests.present.timeline import Lane, Mark, Span, State, Timeline, svg
from redismanifests.present.timeline.words import labels
from redismanifests.present.writers import written
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.rehearse.suite import Run
from redismanifests.prove.result.comparison import comparison
from redismanifests.prove.result.rehearsed import rehearsal_comparison
from verification.seen import changed, outcome, seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.present.document import Document

GOLDEN = Path(__file__).parent / "golden"
LANE = Lane("redis-0", (Span(-10, 20, State.MASTER, ready=True),))
CALM = Timeline("calm", "nothing happened", -10, 20, (LANE,), (), ())


def classes(picture: Timeline, kind: str) -> list[ElementTree.Element]:
    """The elements of a class."""
    root = ElementTree.fromstring(svg(picture))
    return [element for element in root.iter() if kind in element.get("class", "").split()]


def texts(picture: Timeline) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg(picture)).iter()]


@pytest.mark.parametrize(("name", "limit", "over"), [("held", 8.9, 0), ("failed", 4.9, 1)])
def test_a_picture_shows_the_limit_of_the_outage_and_what_is_beyond_it(
    name: str, limit: float, over: int
) -> None:
    picture = timeline(Run("shop", 1, "about", recorded(name)), "s")
    assert picture.limit == pytest.approx(limit, abs=0.01)
    (line,) = classes(picture, "limit")
    outage = max(classes(picture, "outage"), key=lambda each: float(each.get("width", 0)))
    begins, width = float(outage.get("x", 0)), float(outage.get("width", 0))
    assert (float(line.get("x1", 0)) < begins + width) == bool(over)
    # The legend has one more.
    assert len(classes(picture, "over")) == 2 * over
    assert f"limit {limit:g} s" in texts(picture)
    assert f"limit {limit:g} s." in " ".join(texts(picture))


def test_a_limit_beyond_the_picture_is_told() -> None:
    picture = replace(CALM, limit=40.0, outages=((0.0, 3.0),))
    assert "limit 40 s, beyond the picture" in texts(picture)
    assert classes(picture, "limit") == []


def test_a_short_pause_has_its_length_as_a_long_one() -> None:
    shown = texts(timeline(Run("shop", 1, "about", recorded("held")), "s"))
    assert {"6.3 s", "0.4 s"} <= set(shown)


def test_no_two_lengths_cover_each_other_and_the_longest_is_there() -> None:
    picture = replace(CALM, outages=tuple((n / 2, n / 2 + (0.4 if n != 7 else 0.45)) for n in range(30)))
    placed = sorted(middle for middle, *_ in labels(picture, lambda at: 30 * at))
    assert all(after - before >= 44 for before, after in pairwise(placed))
    assert any(abs(middle - 30 * 3.725) < 1 for middle in placed)


def test_a_legend_names_what_the_picture_has_and_nothing_else() -> None:
    assert "master" in texts(CALM)
    named = {"thin: not ready", "no write acknowledged", "beyond the limit", "replica"}
    assert not named & set(texts(CALM))
    lane = Lane("redis-1", (Span(-10, 20, State.REPLICA, ready=False),))
    assert named <= set(texts(replace(CALM, lanes=(lane,), outages=((0, 5),), limit=1)))


def test_what_was_done_before_the_zero_looks_unlike_the_fault() -> None:
    marks = (Mark(-5, "redis-1: kill -9", fault=True), Mark(0, "redis-0: kill -9", fault=True))
    picture = replace(CALM, marks=marks, outages=((-5.0, -1.0), (0.0, 3.0)))
    # Above the lanes, and in the list below them.
    assert len(classes(picture, "bad")) == 2
    assert [each.text for each in classes(picture, "loss")] == ["3.0 s"]


def test_a_picture_of_its_own_has_a_heading_and_one_in_a_page_has_not() -> None:
    heading = "master-killed: kill -9 of the master"
    alone = (GOLDEN / "master-killed.svg").read_text("utf-8")
    assert f">{heading}</text>" in alone
    # In the dark scheme its letters are light, whatever it is shown on.
    assert 'class="paper"' in alone
    assert f">{heading}</text>" not in (GOLDEN / "index.html").read_text("utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/rehearsal.md"])
def test_the_words_for_a_picture_have_its_figures(page: str) -> None:
    (alt,) = re.findall(r"!\[([^]]*)\]\([^)]*master-killed\.svg\)", (TOP / page).read_text("utf-8"))
    measure = recorded("held").measure
    outage, lost, written = map(measure, ("outage", "lost acknowledged writes", "acknowledged writes"))
    assert f"{outage.value:.1f} s (limit {outage.limit:g} s)" in alt
    assert f"{lost.value:g} of {written.value:g} acknowledged writes" in alt


def test_the_alternative_text_of_markdown_is_the_picture_in_words() -> None:
    (alt, *_) = re.findall(r"!\[(.*)\]", (GOLDEN / "report.md").read_text("utf-8"))
    assert "longest time without an acknowledged write 6.81 s; limit 4.9 s" in alt


def documents() -> dict[str, Document]:
    worse = changed(seen(), outcome("PB010", Status.FAILED, "two masters"))
    return {
        "rehearsal": rehearsal(both()),
        "repeated": rehearsal(record(*both().runs, replace(both().runs[0], number=2))),
        "verification": verified(seen()),
        "comparison": compared(comparison(seen(), worse)),
        "rehearsals": rehearsals_compared(rehearsal_comparison(read(both()), read(later()))),
        "plan": plan_document(plan(reviewed(MINIMAL))),
    }


@pytest.mark.parametrize("name", documents())
def test_every_column_of_a_page_has_a_name_and_tables_scroll_alone(name: str) -> None:
    html = written(documents()[name], "html")
    heads = re.findall(r"<th((?: [^>]*)?)>(.*?)</th>", html)
    assert heads
    assert all(text and 'scope="col"' in attributes for attributes, text in heads)
    assert html.count("<table>") == html.count('<div class="wide"><table>')
    assert html.count("<svg") == html.count('<div class="wide"><svg')
    assert html.count("<main>") == html.count("</main>") == 1


def test_what_failed_is_first_and_open_and_what_held_is_folded() -> None:
    held_run, failed_run = both().runs
    failed_run = replace(failed_run, result=replace(failed_run.result, scenario="zone-lost"))
    html = written(rehearsal(record(held_run, failed_run)), "html")
    failed, held = html.index('<section id="zone-lost">'), html.index('<section id="master-killed">')
    assert failed < held
    assert "<details" not in html[failed : html.index("<svg", failed)]
    assert "<details><summary>" in html[held : html.index("<svg", held)]
    assert html.index('href="#zone-lost"') < html.index('href="#master-killed"')
    alone = written(rehearsal(record(both().runs[0])), "html")
    assert "<details" not in alone[: alone.index("<svg")]


def test_the_address_of_a_section_can_be_copied() -> None:
    assert '<h2><a href="#master-deleted">master-deleted</a></h2>' in written(rehearsal(both()), "html")


def test_a_rehearsal_says_what_it_cost_in_one_line() -> None:
    runs = both().runs
    line = "Longest outage 6.81 s (exceeds 4.9 s) in master-deleted; 0 of 2005 acknowledged writes lost."
    assert cost(runs) == line
    assert line in written(rehearsal(both()), "html")
    assert [of_limit(run) for run in runs] == ["71%", "139%"]
    bare = replace(runs[0], result=replace(runs[0].result, measures=()))
    assert (cost([bare]), of_limit(bare)) == ("", "")


def test_a_verification_is_green_only_if_everything_was_seen() -> None:
    whole = replace(seen(), requirements=())
    for verification, tone, begins in (
        (seen(), Tone.OPEN, "Held as far as seen: "),
        (whole, Tone.GOOD, "Held: "),
        (changed(seen(), outcome("PB010", Status.FAILED, "two masters")), Tone.BAD, "Failed: "),
    ):
        head = verified(verification).verdict
        assert head is not None
        assert (head.tone, head.text.startswith(begins)) == (tone, True), head


def test_a_verification_says_what_its_drills_cost() -> None:
    def head(**drill: float | None) -> str:
        first, *others = seen().drills
        said = verified(replace(seen(), drills=(replace(first, **drill), *others))).verdict
        return said.text if said else ""

    longest = max(drill.outage_s or 0 for drill in seen().drills)
    assert head().endswith(f"longest outage {longest:.2f} s, 0 acknowledged writes lost")
    assert head(lost=3).endswith("3 acknowledged writes lost")
    assert head(lost=None).endswith("no one knows whether writes were lost")
    assert "writes did not recover" in head(outage_s=None)


@pytest.mark.parametrize(
    ("used", "beyond", "tone"), [(5, 0, Tone.GOOD), (5, 20, Tone.OPEN), (15, 0, Tone.BAD)]
)
def test_a_budget_has_the_colour_of_its_verdict(used: int, beyond: int, tone: Tone) -> None:
    budget = Budget("b", Amount("limit", 10, ""), (Amount("part", used, ""),), (Amount("more", beyond, ""),))
    assert verdict(budget).tone is tone


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rehearsal", "verification"])
def test_a_page_does_not_scroll_sideways_on_a_telephone(
    name: str, tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    chromium = require_tool("chromium", "Debian: apt-get install chromium")
    html = written(documents()[name], "html")
    for page, wide in ((html, False), (html.replace(".wide {", ".none {"), True)):
        # No window of a browser is so narrow; a frame is.
        framed = (
            f'<iframe style="width:390px;height:800px" srcdoc="{escape(page)}" '
            'onload="const e = this.contentDocument.documentElement; console.log(`wide ${e.scrollWidth}`)">'
        )
        (said,) = browsed(chromium, framed.encode(), tmp_path)
        assert (int(re.findall(r"wide (\d+)", said)[0]) > 390) == wide
