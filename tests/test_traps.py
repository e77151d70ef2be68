"""The table of traps: each kept out by something that exists, and none open without a reason."""

from __future__ import annotations

import re

from deployment import TOP
from redismanifests.judge.explanation import explanations
from redismanifests.prove.rehearse.scenarios import SCENARIOS

TABLE = (TOP / "docs" / "traps.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split("|") for line in TABLE.splitlines() if re.match(r"\| \d+ \|", line)]
RESETS = re.compile(r"SENTINEL +RESET", re.IGNORECASE)


def _tests() -> set[str]:
    files = (TOP / "tests").rglob("test_*.py")
    return {name for f in files for name in re.findall(r"def (test_\w+)\(", f.read_text(encoding="utf-8"))}


def test_they_are_numbered_in_order_and_none_has_gone() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= 43


def test_every_code_test_and_rehearsal_that_is_named_exists() -> None:
    assert set(re.findall(r"\bRM\d{3}\b", TABLE)) <= {item.code for item in explanations()}
    assert set(re.findall(r"`(test_\w+)`", TABLE)) <= _tests()
    assert set(re.findall(r"rehearsal `([a-z-]+)`", TABLE)) <= {scenario.name for scenario in SCENARIOS}


def test_none_is_open_without_a_reason() -> None:
    for _, trap, excluded in ROWS:
        kept = re.search(r"\bRM\d{3}\b|`test_\w+`|rehearsal `|construction: \w+", excluded)
        assert kept or re.search(r"open: \w.{20,}", excluded), trap


def test_no_script_resets_sentinel() -> None:
    scripts = list((TOP / "templates" / "startup").glob("*.sh"))
    assert scripts
    assert not [script.name for script in scripts if RESETS.search(script.read_text(encoding="utf-8"))]
