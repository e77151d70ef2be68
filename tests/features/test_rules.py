"""Every rule is its own documentation and its own test: its Bad example yields it, its Good one does not."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from ruleexamples import ALL_RULES, CODES, EDGES, SAID, all_said, documents, fences

from deployment import TOP
from redismanifests.core.findings import Severity
from redismanifests.judge.explanation import explanations
from redismanifests.judge.review import findings_together, review, shared

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.feature import Rule, SharedRule
    from redismanifests.core.findings import Finding

each_rule = pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
_CODE = re.compile(r"\bRM\d{3}\b")


def _findings(example: str, folder: Path) -> list[Finding]:
    """What a check of the example's profiles finds."""
    reviews = []
    for number, text in enumerate(documents(example)):
        path = folder / f"profile-{number}.yaml"
        path.write_text(text.text, encoding="utf-8")
        reviews.append(review(path))
    together = findings_together([shared(each) for each in reviews])
    return [finding for each in reviews for finding in each.findings] + together


@each_rule
def test_the_bad_example_yields_exactly_this_code(rule: Rule | SharedRule, tmp_path: Path) -> None:
    found = _findings(fences(rule)["Bad"], tmp_path)
    assert rule.code in {finding.code for finding in found}
    assert {f.code for f in found if f.severity is not Severity.NOTE} <= {rule.code}
    assert rule.severity is Severity.NOTE or {f.code for f in found if f.code != rule.code} <= {
        # A Sentinel that waits is restarted by the probe that RM027 is a note about.
        "RM027",
        "RM072",
        "RM073",
        "RM053",
    }


@each_rule
def test_the_good_example_yields_nothing(rule: Rule | SharedRule, tmp_path: Path) -> None:
    found = _findings(fences(rule)["Good"], tmp_path)
    assert [f.code for f in found if f.severity is not Severity.NOTE or f.code == rule.code] == []


@each_rule
def test_the_text_says_what_is_wrong_and_links_to_where_that_is_known_from(rule: Rule | SharedRule) -> None:
    summary, _, rest = rule.text.partition("\n")
    assert summary.endswith(".") or rest[:1] not in ("", "\n")
    sources = re.findall(r"^Source: (?:.|\n)+?\.$", rule.text, re.MULTILINE)
    assert len(sources) == 1
    assert re.search(r"https://[a-z][a-z0-9.-]+\.[a-z]+/\S", sources[0])


@each_rule
def test_findings_carry_the_code_name_and_severity_of_their_rule(
    rule: Rule | SharedRule, tmp_path: Path
) -> None:
    for finding in _findings(fences(rule)["Bad"], tmp_path):
        if finding.code == rule.code:
            assert (finding.name, finding.severity) == (rule.name, rule.severity)
        assert finding.fix
        assert finding.fact
        assert finding.place()[0] >= 1


def test_what_rules_say_of_their_examples_is_what_is_written_down() -> None:
    """After a change of a rule or of edges.txt: UPDATE_CASES=1 pytest tests/features/test_rules.py; read the diff."""
    if os.environ.get("UPDATE_CASES"):
        SAID.write_text(all_said(), encoding="utf-8")
    assert SAID.read_text(encoding="utf-8") == all_said()


def test_every_edge_is_an_edge_of_a_rule() -> None:
    codes = [line for line in EDGES.read_text(encoding="utf-8").splitlines() if line.startswith("RM")]
    assert codes == sorted(set(codes))
    assert set(codes) <= {rule.code for rule in ALL_RULES}


def test_codes_and_names_are_unique() -> None:
    known = explanations()
    assert not [c for c, count in Counter(item.code for item in known).items() if count > 1]
    assert not [n for n, count in Counter(item.name for item in known).items() if count > 1]


def test_names_are_faults_that_a_waiver_could_allow() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", item.name) for item in explanations())


def test_every_code_in_the_source_has_an_explanation() -> None:
    source = (TOP / "src" / "redismanifests").rglob("*.py")
    used = {code for path in source for code in _CODE.findall(path.read_text(encoding="utf-8"))}
    assert used == {item.code for item in explanations()}


def test_every_code_in_profiles_and_templates_has_an_explanation() -> None:
    files = [p for folder in ("profiles", "templates") for p in (TOP / folder).rglob("*") if p.is_file()]
    texts = [p.read_text(encoding="utf-8") for p in files if p.suffix in (".yaml", ".j2", ".sh")]
    used = {code for text in texts for code in _CODE.findall(text)}
    assert used <= {item.code for item in explanations()}


def test_every_explanation_begins_with_a_sentence() -> None:
    for item in explanations():
        assert item.text.strip() == item.text
        assert item.text[:1].isupper() or item.text.startswith("maxmemory")
        assert "." in item.text


def test_every_explanation_says_where_it_is_known_from() -> None:
    for item in explanations():
        source = item.text.partition("\nSource: ")[2]
        assert source.endswith("."), item.code
        # A place that can be looked at: a file, a page of documentation, a measurement, an issue in public.
        assert re.search(
            r"\.(c|md|go|py|conf|sh)\b|docs|measured|Kubernetes|https://|charts\b|#\d+", source
        ), (
            item.code,
            source,
        )


def test_no_code_changes_its_meaning() -> None:
    """codes.txt has every code that was ever given out; UPDATE_CASES=1 adds new ones and changes none."""
    given = dict(line.split() for line in CODES.read_text(encoding="utf-8").splitlines())
    known = {item.code: item.name for item in explanations()}
    if os.environ.get("UPDATE_CASES"):
        given = known | given
        CODES.write_text("".join(f"{code} {given[code]}\n" for code in sorted(given)), encoding="utf-8")
    assert known == given
