"""A scalar reads back as what it was, in both YAML versions and wherever a template prints one."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from examples import examples
from hostiletext import SAMPLES, hostile_text
from redismanifests.core.quoting.yamltext import Block, holdable, scalar
from yamlreaders import read_1_1, read_1_2, round_trip

PLACES = ("{}\n", "key: {}\n", "- {}\n", "a:\n  - b: {}\n    c: d\n", "{}: value\n")
"""Where a template prints a value: the whole document, a value, a list item, a key."""


def _reads_back(document: str, expected: object) -> None:
    assert read_1_1(document) == expected
    assert read_1_2(document) == expected


@pytest.mark.parametrize("text", SAMPLES, ids=ascii)
def test_a_text_reads_back_in_every_place_and_is_its_own_round_trip(text: str) -> None:
    printed = scalar(text)
    expected = (text, {"key": text}, [text], {"a": [{"b": text, "c": "d"}]})
    for place, value in zip(PLACES, expected, strict=False):
        document = place.format(printed)
        _reads_back(document, value)
        if isinstance(value, dict):  # as every object is; ruamel indents a list at the top
            assert round_trip(document) == (value, document)


@pytest.mark.parametrize("text", [t for t in SAMPLES if len(t) < 128], ids=ascii)
def test_a_text_reads_back_as_a_key(text: str) -> None:
    _reads_back(PLACES[-1].format(scalar(text)), {text: "value"})


@settings(max_examples=examples(500))
@given(hostile_text, st.sampled_from((1, 2)))
def test_any_text_reads_back_unchanged(text: str, place: int) -> None:
    _reads_back(PLACES[place].format(scalar(text)), {"key": text} if place == 1 else [text])


@settings(max_examples=examples(500))
@given(hostile_text)
@example("\n a\n")
@example(" a\n")
@example("a\n\n")
@example("\n")
@example("a\n \n")
@example("a\u2028b\n")
@example("# a\n")
@example("---\na\n")
def test_a_block_keeps_its_lines_exactly(text: str) -> None:
    document = f"data:\n  key: {scalar(Block(text))}\n  next: x\n"
    _reads_back(document, {"data": {"key": text, "next": "x"}})


def test_a_script_is_printed_as_lines_that_a_person_can_read() -> None:
    assert scalar(Block("#!/bin/sh\n\nif x; then\n  y\nfi\n")) == (
        "|\n    #!/bin/sh\n\n    if x; then\n      y\n    fi"
    )


@settings(max_examples=examples(300))
@given(st.integers(-(10**18), 10**18) | st.booleans())
def test_numbers_and_flags_read_back_as_what_they_are(value: int) -> None:
    document = f"key: {scalar(value)}\n"
    for read in (read_1_1, read_1_2):
        back = read(document)["key"]
        assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize("text", ["512Mi", "250m", "redis:7.0.15", "redis", "/config/redis-start.sh", "1Gi"])
def test_common_values_stay_plain(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("value", [None, 1.5, {}, [], (), b"x", object()])
def test_what_is_no_scalar_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        scalar(value)


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "x\udfff"])
def test_what_no_yaml_can_hold_is_refused_by_name(text: str) -> None:
    for reader in (scalar, holdable):
        with pytest.raises(ValueError, match=r"U\+(0000|D800|DFFF): remove it"):
            reader(text)
