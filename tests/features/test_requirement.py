"""Requirements of a profile: their form, and that what they name as proof is there."""

from __future__ import annotations

import pytest

from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import Review, review_of
from redismanifests.prove.result.drill import Kind

HEAD = "name: redis\nnamespace: shop\n"


def reviewed(requirements: str) -> Review:
    return review_of(source_from_text("profile.yaml", f"{HEAD}requirements:\n{requirements}"))


@pytest.mark.parametrize(("written", "id_"), [("23.30", "23.30"), ("7", "7"), ("'a b'", "a b")])
def test_an_id_is_what_was_written(written: str, id_: str) -> None:
    found = reviewed(
        f"- {{id: {written}, text: one master, probes: [PB010], drills: [failover], within: 30s}}\n"
    )
    (requirement,) = found.profile.requirements
    assert requirement.id == id_
    assert requirement.drills == (Kind.FAILOVER,)
    assert [f.code for f in found.findings if f.code >= "RM186"] == []


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("PB019", "take PB010 or PB011 or PB012"),
        ("PB999", "take one of docs/probes.md"),
    ],
)
def test_a_probe_that_there_is_not_proves_nothing(code: str, fix: str) -> None:
    found = reviewed(f"- id: a\n  text: one master\n  probes: [PB010, {code}]\n")
    (finding,) = (f for f in found.findings if f.code == "RM186")
    assert (finding.fact, finding.fix) == (f"there is no probe {code}", fix)
    assert finding.place()[:2] == (6, 19)
    assert found.refused


@pytest.mark.parametrize(
    "wrong",
    [
        "{id: ' ', text: b}",
        "{id: true, text: b}",
        "{id: a, text: ''}",
        "{id: a, text: b, probes: [pb010]}",
        "{id: a, text: b, drills: [everything]}",
        "{id: a, text: b, within: 0s}",
        "{id: a}",
    ],
)
def test_what_is_no_requirement_is_refused_where_it_stands(wrong: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        reviewed(f"- {wrong}\n")
    assert all(finding.place()[0] == 4 for finding in refused.value.findings)
