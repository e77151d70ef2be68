"""A document is read as YAML 1.2 has it, and every value knows where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml12
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from hostiletext import hostile_text
from redismanifests.core.findings import SourceError
from redismanifests.core.sources.source import (
    MAX_BYTES,
    MAX_DEPTH,
    Number,
    printable,
    source_from_bytes,
    source_from_text,
)

if TYPE_CHECKING:
    from redismanifests.core.findings import Finding

TEXT = """\
# comment
name: redis
redis:
  replicas: 3
  rdb:
    save:
      - {after: 15m, changes: 1}
      - after: 1m
  "quoted key": 'value'
empty:
list: []
"""


def _read(text: str) -> object:
    return source_from_text("x.yaml", text).value


def _refusal(text: str) -> Finding:
    with pytest.raises(SourceError) as refused:
        source_from_text("x.yaml", text)
    (finding,) = refused.value.findings
    return finding


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("name",), (2, 7, 5)),
        (("redis",), (4, 3, 1)),
        (("redis", "replicas"), (4, 13, 1)),
        (("redis", "rdb", "save", 0, "changes"), (7, 31, 1)),
        (("redis", "rdb", "save", 1, "after"), (8, 16, 2)),
        (("redis", "quoted key"), (9, 17, 7)),
        (("list",), (11, 7, 2)),
    ],
)
def test_a_value_stands_at_its_line_and_column(
    path: tuple[str | int, ...], place: tuple[int, int, int]
) -> None:
    source = source_from_text("x.yaml", TEXT)
    line, column, _ = found = source.place(path)
    if len(path) > 1:
        assert found == place
    assert source.line(line)[column - 1 :] != ""
    assert source.has(path)


def test_a_key_stands_at_its_own_place() -> None:
    source = source_from_text("x.yaml", TEXT)
    assert source.place(("redis", "rdb"), at_key=True)[:2] == (5, 3)
    assert source.place(("name",), at_key=True) == (2, 1, 4)


def test_what_is_not_written_stands_where_its_nearest_section_does() -> None:
    source = source_from_text("x.yaml", TEXT)
    assert not source.has(("redis", "storage", "size"))
    assert source.place(("redis", "storage", "size"))[0] == 3
    assert source.place(("redis", "rdb", "save", 7))[0] == 6
    assert source.place(("sentinel", "quorum"))[0] == 2


@pytest.mark.parametrize(
    "text", ["yes", "no", "on", "off", "y", "0444x", "1_000", "12:30", "2026-11-22", "0b1", "=", "1e"]
)
def test_words_of_yaml_1_1_are_texts(text: str) -> None:
    assert _read(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("-3", -3), ("0444", 444), ("0o17", 15), ("0x1f", 31), ("true", True), ("False", False)],
)
def test_numbers_and_flags_follow_the_core_schema(text: str, value: object) -> None:
    assert _read(text) == value
    assert type(_read(text)) is type(value)


@pytest.mark.parametrize("text", ["null", "~", "Null", "NULL"])
def test_nothing_has_four_spellings(text: str) -> None:
    assert _read(f"a: {text}") == {"a": None}


@pytest.mark.parametrize("text", ["1.5", ".5", "1.", "1e3", "-2.50"])
def test_a_float_remembers_how_it_was_written(text: str) -> None:
    value = _read(text)
    assert isinstance(value, Number)
    assert str(value) == text
    assert float(value) == float(text)


def test_an_endless_number_stays_a_text() -> None:
    assert _read("1" * 5000) == "1" * 5000


# The writer leaves these as they are, and YAML 1.1, which libyaml reads, takes them for line ends or refuses them.
plain_text = hostile_text.filter(
    lambda text: not re.search("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", text)
)
documents = st.recursive(
    plain_text | st.integers(-(2**31), 2**31) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(plain_text.filter(lambda key: key != "<<"), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=examples(300))
@given(documents)
def test_what_a_writer_of_yaml_1_2_writes_is_read_back(value: object) -> None:
    assert _read(yaml12.format_yaml(value) + "\n") == value


@pytest.mark.parametrize(
    ("text", "fact", "line"),
    [
        ("a: [1", "bracket opens on line 1", 2),
        ("a: b: c", "in it needs quotes", 1),
        ("a:\n\t- b", "tab", 2),
        ("a: &x 1\nb: *y", "alias of nothing", 2),
        ("a: !!int 1", "tag", 1),
        ("a: !x 1", "tag", 1),
        ("a: 1\n--- \nb: 2", "second document", 2),
        ("a: 1\n...\nb: 2", "", 3),
        ("", "empty", 1),
        ("? [a]\n: b", "key", 1),
        ("{a: 1}: b", "key", 1),
        ("<<: {a: 1}", "merge", 1),
        ("a: 'x", "", 2),
        ("%YAML 9.9\n---\na: 1", "", 1),
        ("@a: 1", "", 1),
    ],
    ids=ascii,
)
def test_what_is_no_document_is_refused_at_its_line(text: str, fact: str, line: int) -> None:
    finding = _refusal(text)
    assert (finding.code, finding.name) == ("RM002", "malformed-yaml")
    assert fact in finding.fact
    assert finding.line is not None
    assert abs(finding.line - line) <= 1
    assert finding.fix


def test_a_key_that_stands_twice_is_refused_at_the_second() -> None:
    finding = _refusal("a: 1\nb: {c: 1, c: 2}\n")
    assert (finding.code, finding.line, finding.column) == ("RM006", 2, 11)


@pytest.mark.parametrize("text", ["1: a", "true: a", "null: a", "1.5: a"])
def test_a_key_is_a_text_however_it_looks(text: str) -> None:
    assert _read(text) == {text.partition(":")[0]: "a"}


def test_an_alias_is_its_anchors_value() -> None:
    source = source_from_text("x.yaml", "a: &x {b: [1, 2]}\nc: *x\n")
    assert source.value == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert source.place(("c",), at_key=True)[0] == 2


def test_an_alias_bomb_is_counted_as_large_as_it_is() -> None:
    lines = ["a0: &a0 x"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "aliases expanded" in _refusal("\n".join(lines)).fact


def test_depth_is_bounded_before_it_can_hurt() -> None:
    assert _read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert "nested deeper" in _refusal("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).fact
    assert "nested deeper" in _refusal("- " * 10_000).fact


def test_size_is_bounded_before_it_is_read() -> None:
    with pytest.raises(SourceError) as refused:
        source_from_bytes("x.yaml", b"#" * (MAX_BYTES + 1))
    assert "larger than 1 MiB" in refused.value.findings[0].fact
    assert source_from_bytes("x.yaml", b"a: 1 #" + b"#" * (MAX_BYTES - 6)).value == {"a": 1}


@pytest.mark.parametrize("content", [b"\xff", b"a: \xe9", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text_are_named_with_their_line(content: bytes) -> None:
    with pytest.raises(SourceError) as refused:
        source_from_bytes("x.yaml", b"a: 1\n" + content)
    assert refused.value.findings[0].code == "RM001"
    assert "on line 2 is not UTF-8" in refused.value.findings[0].fact


def test_a_byte_order_mark_does_not_move_columns() -> None:
    source = source_from_bytes("x.yaml", "\ufeffname: redis\n".encode())
    assert source.place(("name",)) == (1, 7, 5)


@pytest.mark.parametrize(
    ("text", "shown"), [("a b", "a b"), ("a\nb", "a?b"), ("\x1b[31m", "?[31m"), ("ñ🦆", "ñ🦆")]
)
def test_what_is_shown_is_one_line_that_steers_nothing(text: str, shown: str) -> None:
    assert printable(text) == shown
