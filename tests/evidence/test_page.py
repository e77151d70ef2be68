"""The table of evidence names rules that exist, sections that exist, and nothing twice."""

from __future__ import annotations

from redismanifests.judge.rules import RULES, SHARED_RULES

from .page import DESIGN, NO_BEHAVIOUR, TOP, measured, shown

CODES = {rule.code for rule in (*RULES, *SHARED_RULES)}


def test_tests_show_rules_that_exist() -> None:
    assert set(shown()) <= CODES


def test_every_section_that_a_rule_names_exists() -> None:
    text = (TOP / DESIGN).read_text(encoding="utf-8")
    headings = {line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")}
    assert {name for rule in RULES for name in measured(rule)} <= headings
    assert sum(bool(measured(rule)) for rule in RULES) >= 10


def test_a_rule_that_speaks_of_no_behaviour_has_no_evidence() -> None:
    assert set(NO_BEHAVIOUR) <= CODES
    assert not set(NO_BEHAVIOUR) & set(shown())


def test_the_committed_page_is_the_current_one() -> None:
    """If this fails: tools/make_docs.py."""
    from .page import page

    written = (TOP / "docs" / "evidence.md").read_text(encoding="utf-8")
    note = next(line for line in written.splitlines() if line.startswith("<!--"))
    assert written == page(f"{note}\n")
