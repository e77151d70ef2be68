"""The tables of ends and holes are one set: they agree, they know their day, and what we propose is clean by them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from deployment import MINIMAL, TOP
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.image import Image
from redismanifests.judge.review import review
from redismanifests.profile.derived.lifetime import (
    DATE,
    ENDS,
    HOLES,
    NEVER,
    OLD_DAYS,
    OPEN,
    SOON_DAYS,
    UNLISTED,
    end_of,
    holes,
    without_holes,
)
from redismanifests.profile.form import profile_from
from redismanifests.profile.formulas.engine import IMAGES, OLDEST, order
from redismanifests.profile.formulas.format import DUMPS, MEASURED, VALKEY_9, most

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

ROWS = [(hole, line) for hole in HOLES for line in hole.fixed]
ENGINES_PAGE = (TOP / "docs" / "engines.md").read_text("utf-8")


def reference(line: str, patch: int) -> str:
    engine, _, version = line.partition("-")
    return f"{IMAGES[engine].partition(':')[0]}:{version}.{patch}"


def profile(image: str, when: str) -> Profile:
    """With everything that holes may ask for, or with that of one."""
    tls = "\ntls: {enabled: true, secretName: redis-tls}" if when in ("tls", "all") else ""
    line = ', extraConfig: ["maxmemory-clients 5%"]' if when in ("maxmemory-clients", "all") else ""
    engine = "valkey" if "valkey" in image else "redis"
    text = f"name: redis\nnamespace: shop\nengine: {engine}\nredis: {{image: '{image}'{line}}}{tls}\n"
    return profile_from(source_from_text("profile.yaml", text))


def found(image: str, when: str = "all") -> set[str]:
    judged, parsed = profile(image, when), Image.parse(image)
    return {hole.name for left in (True, False) for hole in holes(judged, parsed, left_open=left)}


@pytest.mark.parametrize("engine", IMAGES)
def test_the_default_images_are_on_a_line_that_gets_fixes_for_a_year_and_have_no_known_hole(
    engine: str,
) -> None:
    image = Image.parse(IMAGES[engine])
    line = f"{engine}-{'.'.join(map(str, (image.version or ())[:2]))}"
    assert date.fromisoformat(ENDS[line]) > date.fromisoformat(DATE) + timedelta(days=365)
    assert ENDS[line] != OPEN
    assert found(IMAGES[engine]) == set()


@pytest.mark.parametrize(("hole", "line"), ROWS, ids=[f"{hole.name}-{line}" for hole, line in ROWS])
def test_a_hole_is_open_below_its_fix_and_closed_from_it_on(hole: object, line: str) -> None:
    row = next(each for each in HOLES if each is hole)
    patch = row.fixed[line]
    if patch is NEVER:
        assert row.name in found(reference(line, 99), row.when)
        assert row.name in found(reference(line, 0).rpartition(".")[0], row.when)
        return
    assert row.name in found(reference(line, patch - 1), row.when)
    assert row.name not in found(reference(line, patch), row.when)
    # A moving tag is whatever is newest.
    assert row.name not in found(reference(line, 0).rpartition(".")[0], row.when)
    if row.when:
        assert row.name not in found(reference(line, patch - 1), "")


@pytest.mark.parametrize("line", [line for line in ENDS if order(line) >= OLDEST])
def test_what_is_proposed_instead_has_none_of_the_holes(line: str) -> None:
    image = Image.parse(reference(line, 0))
    judged = profile(str(image), "all")
    open_ = tuple(hole for left in (True, False) for hole in holes(judged, image, left_open=left))
    if open_:
        proposed = without_holes(judged, open_, image).removesuffix(" or newer")
        assert not found(proposed) & {hole.name for hole in open_}


def test_both_tables_have_the_same_lines() -> None:
    assert set(ENDS) == set(DUMPS)
    assert set(MEASURED) <= set(DUMPS)
    assert {line for hole in HOLES for line in hole.fixed} <= set(ENDS)


def test_an_end_is_told_from_ninety_days_before_the_day_of_the_table() -> None:
    for line, end in ENDS.items():
        near = end == UNLISTED or (
            date.fromisoformat(end) <= date.fromisoformat(DATE) + timedelta(days=SOON_DAYS)
        )
        assert (end_of(line) is not None) == near


def test_tables_that_grow_old_are_noted_and_change_nothing_else() -> None:
    day = date.fromisoformat(DATE)
    fresh = review(MINIMAL, (), (day + timedelta(days=OLD_DAYS)).isoformat()).findings
    old = review(MINIMAL, (), (day + timedelta(days=OLD_DAYS + 1)).isoformat()).findings
    assert [f.code for f in fresh if f.code == "RM213"] == []
    assert [f for f in old if f.code != "RM213"] == list(fresh) == list(review(MINIMAL).findings)
    (note,) = (f for f in old if f.code == "RM213")
    assert note.fact.endswith(f"was read on {DATE}, {OLD_DAYS + 1} days ago")


def test_the_day_can_be_set_from_outside_and_a_bad_one_is_told() -> None:
    later = redismanifests("check", MINIMAL, env={"SOURCE_DATE_EPOCH": "1900000000"})
    assert (later.returncode, "RM213" in later.stdout) == (0, True)
    for bad in ("yesterday", "-5", "1e9", "9" * 40):
        refused = redismanifests("check", MINIMAL, env={"SOURCE_DATE_EPOCH": bad})
        assert refused.returncode == 2
        assert "SOURCE_DATE_EPOCH is no number of seconds since 1970" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("line", ENDS)
def test_the_page_has_the_row_of_each_line(line: str) -> None:
    end = {OPEN: "no day published", UNLISTED: "not listed any more"}.get(ENDS[line], ENDS[line])
    seen = "measured" if line in MEASURED else "from sources"
    magic = "VALKEY080" if DUMPS[line] == VALKEY_9 else f"REDIS{DUMPS[line]:04}"
    assert f"| {line} | {magic} | {most(line)} | {seen} | {end} |" in ENGINES_PAGE


@pytest.mark.parametrize("hole", HOLES, ids=[hole.name for hole in HOLES])
def test_the_page_has_the_row_of_each_hole(hole: object) -> None:
    row = next(each for each in HOLES if each is hole)
    closed = ", ".join(f"{line}: {'never' if patch is NEVER else patch}" for line, patch in row.fixed.items())
    assert f"| {row.name} | {row.what} | {row.when or 'always'} | {closed} |" in ENGINES_PAGE
    assert DATE in ENGINES_PAGE
