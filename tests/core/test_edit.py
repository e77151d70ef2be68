"""An edit changes what was meant and not a byte more, however the document is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redismanifests.core.findings import Change
from redismanifests.core.sources.edit import NotEditable, edited
from redismanifests.core.sources.source import source_from_text

if TYPE_CHECKING:
    from redismanifests.core.sources.source import Source

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


def is_block(text: str, source: Source, section: tuple[str | int, ...]) -> bool:
    """Whether every key of a section begins a line."""
    lines = text.splitlines()
    places = [source.place((*section, key), at_key=True) for key in at(source.value, section)]
    return all(not lines[line - 1][: column - 1].strip() for line, column, _ in places)


@given(texts(), VALUES, st.data())
def test_a_new_setting_stands_on_lines_of_its_own_or_between_braces(
    text: str, value: str | int | bool, data: st.DataObject
) -> None:
    source = source_from_text("profile.yaml", text)
    section = data.draw(st.sampled_from(paths(source.value)))[:-1]
    result = edited(source, Change((*section, "new", "deep"), value))
    assert at(result.value, (*section, "new", "deep")) == value
    before, after = other_lines(text, result.text)
    if is_block(text, source, section):
        ended = [line if line.endswith("\n") else f"{line}{chr(10)}" for line in before]
        assert [line.replace("\r", "") for line in ended] == [
            line.replace("\r", "") for line in after[: len(before)]
        ]
        new, deep = after[len(before) :]
        assert "new:" in new or "deep:" in deep
        assert len(deep) - len(deep.lstrip()) != len(new) - len(new.lstrip())
    else:
        # In flow style it stands within the line.
        assert (len(before), len(after)) == (1, 1)


@given(st.permutations(["name", "namespace", "redis", "sentinel", "probes"]), st.data())
def test_a_new_section_takes_the_place_that_the_description_gives_it(
    order: list[str], data: st.DataObject
) -> None:
    """In a document whose sections are in the order of the description, the new one is as well."""
    new = data.draw(st.sampled_from(order))
    rest = data.draw(st.lists(st.sampled_from([key for key in order if key != new]), min_size=1, unique=True))
    text = "# head\n\n" + "".join(f"# of {key}\n{key}:\n  a: 1\n" for key in sorted(rest, key=order.index))
    result = edited(source_from_text("profile.yaml", text), Change((new, "b"), 2), lambda _: order)
    assert list(result.value) == sorted([*rest, new], key=order.index)
    assert result.text.startswith("# head\n\n")
    for key in rest:  # comments stay with what they are about
        assert f"# of {key}\n{key}:\n  a: 1\n" in result.text
    assert f"{new}:\n  b: 2\n" in result.text


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
        ("a: 1", Change(("b",), 2), "a: 1\nb: 2\n"),
        (
            "a:\n    b: 1\n\n# of c\nc: 1\n",
            Change(("a", "d", "e"), 2),
            "a:\n    b: 1\n    d:\n        e: 2\n\n# of c\nc: 1\n",
        ),
        ("a:\n- 1\n- 2\n", Change(("b",), 2), "a:\n- 1\n- 2\nb: 2\n"),
        ("a: |\n  x\n  # y\n", Change(("b",), 2), "b: 2\na: |\n  x\n  # y\n"),
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
