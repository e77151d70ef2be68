"""Yaml11: objects are read as kubectl reads them, and nothing else of a document changes."""

from __future__ import annotations

import pytest
import yaml

from redismanifests.core.sources.documents import documents
from redismanifests.core.sources.yaml11 import as_kubectl_reads


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0755", 0o755),
        ("0400", 0o400),
        ("-010", -8),
        ("00", 0),
        ("0b101", 5),
        ("1_000", 1000),
        ("yes", True),
        ("Off", False),
        ("0", 0),
        ("0o17", 15),
        ("755", 755),
        ("08", 8),
        ('"0755"', "0755"),
        ("'yes'", "yes"),
        ("!!str 0755", "0755"),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("yes-man", "yes-man"),
    ],
)
@pytest.mark.parametrize("form", ["a: {}\n", "a: {} # why\n", "[{{a: {}, b: redis:7}}]\n", "- a: {}\r\n"])
def test_scalars_are_those_of_kubectl(form: str, written: str, read: object) -> None:
    (found,) = documents(form.format(written))
    entry = found[0] if isinstance(found, list) else found
    assert entry["a"] == read
    assert type(entry["a"]) is type(read)


def test_scripts_comments_keys_and_lines_stay() -> None:
    text = "# mode: 0755\na: |\n  mode: 0755\n  on: yes\nyes: 1\n0755: 2\nb: 0755\n---\nc: ü 0755\nd: 0644\n"
    made = as_kubectl_reads(text)
    assert made == text.replace("b: 0755", "b: 493").replace("d: 0644", "d: 420")


def test_what_is_no_yaml_is_left_to_the_reader() -> None:
    text = "a: [0755\n"
    assert as_kubectl_reads(text) == text


@pytest.mark.parametrize("text", ["a: 0644\nb: [yes, 0x1F]\n", "a: 0b11\n", "a: {mode: 0755}\n"])
def test_a_reader_of_yaml_1_1_by_another_hand_agrees(text: str) -> None:
    assert documents(text) == (yaml.safe_load(text),)
