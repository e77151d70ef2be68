"""An edit changes what was meant and not a byte more, however the document is written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redismanifests.core.edit import NotEditable, edited
from redismanifests.core.findings import Change
from redismanifests.core.source import source_from_text

KEYS = st.sampled_from(["name", "redis", "sentinel", "quorum", "downAfter", "a-b", "x.y"])
VALUES = st.one_of(
    st.sampled_from(["9s", "512Mi", "1.30", "yes", "null", "a b", "#x", "0.5", "redis:8"]),
    st.integers(0, 99),
    st.booleans(),
)
WRITTEN = st.sampled_from(["3", "30s", '"30s"', "'it''s'", "text", "true", "512Mi", "~", "é", '"\\u00e9"'])
COMMENT = st.sampled_from(["", "", " # why: the reference's", "\t# tab", "  "])
DOCUMENT = st.recursive(
    WRITTEN, lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=4), max_leaves=12
).filter(lambda value: isinstance(value, dict))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A document in a style that nobody would choose."""
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    step = draw(st.integers(1, 4))

    def flow(value: Any) -> str:
        if not isinstance(value, dict):
            return str(value)
        gap = draw(st.sampled_from(["", " "]))
        return "{" + gap + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + gap + "}"

    def block(value: dict[str, Any], indent: int) -> list[str]:
        lines = []
        for key, inner in value.items():
            if draw(st.integers(0, 3)) == 0:
                lines.append(draw(st.sampled_from(["", "# a line of its own", " " * indent + "#"])))
            head = f"{' ' * indent}{key}:"
            if isinstance(inner, dict) and draw(st.booleans()):
                lines += [head + draw(COMMENT), *block(inner, indent + step)]
            else:
                lines.append(f"{head} {flow(inner)}{draw(COMMENT)}")
        return lines

    lines = block(draw(DOCUMENT), 0)
    return ending.join(lines) + draw(st.sampled_from([ending, ""]))


def paths(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Of every scalar in a document."""
    if isinstance(value, dict):
        return [path for key, inner in value.items() for path in paths(inner, (*above, key))]
    return [above]


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def other_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that are not the same at the beginning or the end of both."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return before, after


@given(texts(), VALUES, st.data())
def test_a_changed_value_touches_its_own_characters_only(
    text: str, value: str | int | bool, data: st.DataObject
) -> None:
    source = source_from_text("profile.yaml", text)
    path = data.draw(st.sampled_from(paths(source.value)))
    result = edited(source, Change(path, value))
    assert at(result.value, path) == value
    assert type(at(result.value, path)) is type(value)
    line, column, width = source.place(path)
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: line - 1])) + column - 1
    assert result.text.startswith(text[:start])
    assert result.text.endswith(text[start + width :])


@given(texts(), VALUES, st.data())
def test_a_new_setting_adds_to_one_line_or_is_one(
    text: str, value: str | int | bool, data: st.DataObject
) -> None:
    source = source_from_text("profile.yaml", text)
    path = (*data.draw(st.sampled_from(paths(source.value)))[:-1], "new", *data.draw(st.just(("deep",))))
    result = edited(source, Change(path, value))
    assert at(result.value, path) == value
    before, after = other_lines(text, result.text)
    assert (len(before), len(after)) in ((0, 1), (1, 1), (1, 2))
    if before:
        # In flow style the new setting stands within the line; without a last line end it stands above it.
        assert after[-1].startswith(before[0][:1])
    assert result.text.count("\n") - text.count("\n") in (0, 1)


@given(texts(), st.data())
def test_a_renamed_key_touches_the_key_only(text: str, data: st.DataObject) -> None:
    source = source_from_text("profile.yaml", text)
    path = data.draw(st.sampled_from(paths(source.value)))
    result = edited(source, Change(path, "renamed", renames=True))
    assert at(result.value, (*path[:-1], "renamed")) == at(source.value, path)
    line, column, width = source.place(path, at_key=True)
    lines = text.splitlines(keepends=True)
    old = lines[line - 1]
    lines[line - 1] = f"{old[: column - 1]}renamed{old[column - 1 + width :]}"
    assert result.text == "".join(lines)


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        ("a: '1'\n", Change(("a",), "2s"), "a: '2s'\n"),
        ('a: "2"\n', Change(("a",), 2), "a: 2\n"),
        ("a: 1.30\n", Change(("a",), "1.30"), 'a: "1.30"\n'),
        ("a: yes # no\n", Change(("a",), True), "a: true # no\n"),
        ("- a: 1\n- b: 2\n", Change((1, "c"), 3), "- a: 1\n- c: 3\n  b: 2\n"),
        ("a: [1, 2]\n", Change(("a", 1), 3), "a: [1, 3]\n"),
        ("a: 1", Change(("b",), 2), "b: 2\na: 1"),
        ("a: &x 1\nb: 2\n", Change(("b",), 3), "a: &x 1\nb: 3\n"),
        ("a: &x 1\nb: *x\n", Change(("b",), 3), "a: &x 1\nb: 3\n"),
    ],
)
def test_it_is_written_as_a_person_would(text: str, change: Change, expected: str) -> None:
    assert edited(source_from_text("profile.yaml", text), change).text == expected


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("a: &x 1\nb: *x\n", Change(("a",), 3)),
        ("a: &x {c: 1}\nb: *x\n", Change(("b", "c"), 3)),
        ("a: |\n  text\nb: 2\n", Change(("a",), "x")),
        ("a: {}\n", Change(("a", "b"), 1)),
        ("a: 1\n", Change(("a", "b"), 1)),
        ("a: [1]\n", Change(("a", 7), 1)),
        ("a: 1\nb: 2\n", Change(("a",), "b", renames=True)),
        ("a: 1\n", Change(("c",), "b", renames=True)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_change_something_else_is_left_to_a_person(text: str, change: Change) -> None:
    with pytest.raises(NotEditable):
        edited(source_from_text("profile.yaml", text), change)
