"""No key is rendered twice: what the templates write themselves, a profile cannot give as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployment import COMMITTED, REFERENCE, TOP, reviewed
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.repeated import repeated_key
from redismanifests.judge.objects.references import repeated_keys
from redismanifests.judge.review import Review, review
from redismanifests.profile.derived.owned import annotation_keys
from redismanifests.render.rendered import Rendering

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = """
name: redis
namespace: shop
auth: {mode: password, revision: "2"}
tls: {enabled: true, revision: "3", metrics: true}
"""


def _reviewed(folder: Path, annotations: str = "") -> Review:
    path = folder / "profile.yaml"
    path.write_text(EVERYTHING + annotations, encoding="utf-8")
    return review(path)


def _pod_annotations(found: Review) -> set[str]:
    sets = [item.manifest for item in found.rendering.objects if item.manifest["kind"] == "StatefulSet"]
    assert len(sets) == 2
    return {key for each in sets for key in each["spec"]["template"]["metadata"]["annotations"]}


@pytest.mark.parametrize("key", sorted(annotation_keys()))
def test_an_annotation_of_ours_is_refused_and_not_rendered_twice(tmp_path: Path, key: str) -> None:
    found = _reviewed(tmp_path, f'pods: {{annotations: {{{key}: "1"}}}}\n')
    (finding,) = [each for each in found.findings if each.code == "RM061"]
    assert finding.path == ("pods", "annotations", key)
    with pytest.raises(ProfileRefused):
        found.accepted()
    for content in found.rendering.files.values():
        assert repeated_key(content.decode()) is None


def test_every_annotation_that_is_rendered_for_a_profile_without_any_is_ours(tmp_path: Path) -> None:
    rendered = _pod_annotations(_reviewed(tmp_path))
    assert {"auth/revision", "tls/revision", "prometheus.io/scheme"} <= rendered <= annotation_keys()


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_strict_reader_takes_every_rendered_file(path: Path) -> None:
    assert list(repeated_keys(reviewed(path).rendering)) == []


def test_a_strict_reader_takes_what_is_committed() -> None:
    files = {each.name: each.read_bytes() for each in (TOP / "rendered").glob("*.yaml")}
    assert len(files) > 10
    assert list(repeated_keys(Rendering(files, ()))) == []


def test_a_line_that_is_written_twice_is_found_wherever_it_is_a_key() -> None:
    """Most files are not read again: as many colons as keys say that none stands twice."""
    rendered = reviewed(REFERENCE).rendering
    manifests = {each.file: each for each in rendered.objects}
    twice = 0
    for file, bare in rendered.bare.items():
        lines = bare.splitlines(keepends=True)
        for at, line in enumerate(lines):
            text = "".join([*lines[:at], line, *lines[at:]])
            # A value that goes on in the lines below it cannot be doubled by its first line.
            if ":" not in line or line.rstrip().endswith((":", "|", "|-")) or "#" in line:
                continue
            # What a reader that keeps one of the two makes of it is what it made before.
            whole = {**rendered.bare, file: text}
            files = {name: each.encode() for name, each in whole.items()}
            found = list(repeated_keys(Rendering(files, (*manifests.values(),), whole)))
            assert bool(found) == (repeated_key(text) is not None), (file, at)
            twice += bool(found)
    assert twice > 300


def test_a_key_that_stands_twice_is_found_with_its_line() -> None:
    text = "metadata:\n  annotations:\n    auth/revision: '2'\n    auth/revision: '1'\n"
    (fault,) = repeated_keys(Rendering({"redis-statefulset.yaml": text.encode()}, ()))
    assert fault.fact == "redis-statefulset.yaml: line 4: auth/revision occurs twice in one mapping"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: {a: 1, c: [{a: 1}, {a: 1}]}\n", None),
        ("a: [x, x]\nx: a\n", None),
        ("- {a: 1}\n- {a: 2}\n", None),
        ("? {x: 1}\n: 3\nx: 1\n", None),
        ("a: |\n  b: 1\n  b: 2\n", None),
        ("a:\n  - b: 1\n    c: 2\n    b: 3\n", ("b", 4)),
        ("a: {b: {c: 1}, d: 2, b: 3}\n", ("b", 1)),
        ("a: 1\nb: 2\n'a': 3\n", ("a", 3)),
    ],
)
def test_a_repeated_key_is_one_of_the_same_mapping(text: str, expected: tuple[str, int] | None) -> None:
    assert repeated_key(text) == expected


@pytest.mark.parametrize(
    "setting", ["pods: {imagePullSecrets: [a, b, a]}", "spread: {hard: [x/y, x/y]}", "spread: {soft: [z, z]}"]
)
def test_an_entry_of_a_list_of_names_stands_once(tmp_path: Path, setting: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        _reviewed(tmp_path, setting + "\n")
    (finding,) = refused.value.findings
    assert (finding.code, finding.fix) == ("RM004", "keep one")
