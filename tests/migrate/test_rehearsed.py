"""`migrate --rehearse`: what a killed master costs today and with the profile, in one table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from redismanifests.present.documents.comparison.today import data, figures, today
from redismanifests.present.writers import written
from redismanifests.prove.rehearse.result import Measure, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

FOREIGN = Path(__file__).parents[1] / "rehearse" / "foreign"


def _result(*figures: tuple[str, float], problems: Sequence[str] = ()) -> Result:
    measures = tuple(Measure(name, value, "") for name, value in figures)
    return Result("master-killed", measures, tuple(problems), ())


RAN = _result(("outage", 6.04), ("lost acknowledged writes", 230), ("acknowledged writes", 2781))
SAFE = _result(("outage", 5.6), ("lost acknowledged writes", 0), ("acknowledged writes", 687))
ENDLESS = _result(
    ("outage", float("inf")),
    ("lost acknowledged writes", 0),
    ("acknowledged writes", 12),
    problems=["NOAUTH"],
)
NEVER = _result(("whole after apply", 80.0), problems=["sentinel-0 ended 3 times at once", "more"])


def test_both_sides_are_rows_of_one_table() -> None:
    text = written(today({"today": RAN, "profile": SAFE}, "one run each"), "text")
    rows = [line.split() for line in text.splitlines()]
    assert ["today", "6.0", "230", "of", "2781"] in rows
    assert ["profile", "5.6", "0", "of", "687"] in rows
    assert "one run each" in text


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (NEVER, "does not start: sentinel-0 ended 3 times at once"),
        ("no Sentinel watches StatefulSet redis", "no Sentinel watches StatefulSet redis"),
        (ENDLESS, "no end was seen"),
    ],
)
def test_a_side_without_a_figure_has_its_reason(result: Result | str, words: str) -> None:
    assert words in written(today({"today": result, "profile": SAFE}, ""), "text")
    assert (
        json.loads(json.dumps(data({"today": result}, ""), allow_nan=False))["today"]["outageSeconds"] is None
    )
    assert (figures(result) is None) is (result is not ENDLESS)


def test_values_alone_are_nothing_to_rehearse(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("architecture: replication\nsentinel: {enabled: true}\n")
    done = redismanifests("migrate", "values.yaml", "--chart", "bitnami/redis", "--rehearse", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no source has its objects" in done.stderr


@pytest.mark.slow
@pytest.mark.release
def test_the_objects_of_a_chart_and_their_profile_are_rehearsed(machine: None) -> None:
    source = FOREIGN / "bitnami.yaml"
    done = redismanifests("migrate", source, "--release", "old", "--rehearse", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["rehearsed"]
    assert found["profile"]["lost"] == 0
    assert found["profile"]["outageSeconds"] < 60
    assert found["today"]["acknowledged"] > 0
    assert "Bitnami chart redis 18.19.4" in done.stderr
