"""Writing a default value out changes no finding: it is the value that is judged, not where it came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from deployment import COMMITTED, MINIMAL
from redismanifests.core.sources.source import source_from_bytes
from redismanifests.judge.review import review_of
from redismanifests.profile.effective import effective
from yamlreaders import read_1_2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from redismanifests.judge.review import Review

PATHS = [path for path in COMMITTED if path.stem != "hostile"]
"""A profile whose braces are allowed in block scalars only cannot be written as JSON."""

OF_WHAT_IS_WRITTEN = {
    "RM180": "a section of TLS that is written and not enabled is a forgotten switch, whatever its values",
    "RM262": "on OpenShift no object names a user or a group, unless the profile does",
    "RM246": "the mark of a place to change is a comment, and JSON has none",
}
"""Rules about what a profile says, not about a value."""


def judged(path: Path, value: Any) -> Review:
    return review_of(source_from_bytes(str(path), json.dumps(value).encode()))


def codes(review: Review) -> set[str]:
    return {finding.code for finding in review.findings} - OF_WHAT_IS_WRITTEN.keys()


def defaults(review: Review) -> dict[tuple[str | int, ...], Any]:
    return {
        each.path: each.value
        for each in effective(review.profile, review.source)
        if each.origin != "profile" and each.value is not None
    }


def written(text: str, values: Mapping[tuple[str | int, ...], Any]) -> Any:
    """The profile with these values, too."""
    made = read_1_2(text)
    for path, value in values.items():
        section = made
        for key in path[:-1]:
            section = section.setdefault(key, {})
        section[path[-1]] = value
    return made


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_default_written_out_changes_no_finding(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    before = judged(path, read_1_2(text))
    after = judged(path, written(text, defaults(before)))
    assert after.profile == before.profile
    assert codes(after) == codes(before)


def test_a_single_default_written_out_changes_no_finding() -> None:
    text = MINIMAL.read_text(encoding="utf-8")
    before = judged(MINIMAL, read_1_2(text))
    for path, value in defaults(before).items():
        after = judged(MINIMAL, written(text, {path: value}))
        assert (after.profile == before.profile, codes(after) - codes(before)) == (True, set()), path
