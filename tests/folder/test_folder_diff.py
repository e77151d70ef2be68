"""A diff says exactly what turns the old files into the new ones, as git reads it."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from folder_states import A, B, contents, put
from hypothesis import given, settings
from hypothesis import strategies as st

from redismanifests.render.diff import coloured, unified

TEXTS = st.lists(
    st.sampled_from(
        ["a\n", "b\n", "--- a/x\n", "---\n", "\n", "é\n", "\r\n", "a\x0cb\n", "a\u2028b\n", "end"]
    )
).map(lambda lines: "".join(lines).encode())
FILES = st.dictionaries(st.sampled_from(["a.yaml", "b.yaml", "c.yaml"]), TEXTS)


def test_a_diff_names_added_changed_and_removed_files_in_order() -> None:
    assert unified(A, B) == (
        "--- /dev/null\n+++ b/fresh.yaml\n@@ -0,0 +1 @@\n+kind: New\n"
        "--- a/gone.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-kind: Old\n"
        "--- a/redis.yaml\n+++ b/redis.yaml\n@@ -1 +1 @@\n-kind: A\n+kind: B\n"
    )


def test_equal_files_have_no_diff() -> None:
    assert unified(A, dict(reversed(A.items()))) == ""


@pytest.mark.parametrize("binary", [b"\xff\xfe", b"a\0b", b"\x80"])
def test_what_is_no_text_is_only_said_to_differ(binary: bytes) -> None:
    assert unified({"a": binary}, {"a": b"text\n"}) == "Binary files a/a and b/a differ\n"
    assert unified({"a": binary}, {}) == "Binary files a/a and /dev/null differ\n"


def test_an_empty_file_that_comes_or_goes_has_a_header() -> None:
    assert unified({}, {"a": b""}) == "--- /dev/null\n+++ b/a\n"
    assert unified({"a": b""}, {}) == "--- a/a\n+++ /dev/null\n"


def test_a_missing_newline_at_the_end_is_told() -> None:
    assert unified({"a": b"x"}, {"a": b"x\n"}).splitlines()[2:] == [
        "@@ -1 +1 @@",
        "-x",
        "\\ No newline at end of file",
        "+x",
    ]


def test_colours_mark_lines_and_change_no_text() -> None:
    diff = unified({"a": b"same\nold\n"}, {"a": b"same\nnew"})
    assert coloured(diff).splitlines() == [
        "\x1b[1m--- a/a\x1b[m",
        "\x1b[1m+++ b/a\x1b[m",
        "\x1b[36m@@ -1,2 +1,2 @@\x1b[m",
        " same",
        "\x1b[31m-old\x1b[m",
        "\x1b[32m+new\x1b[m",
        "\x1b[2m\\ No newline at end of file\x1b[m",
    ]
    assert re.sub(r"\x1b\[\d*m", "", coloured(diff)) == diff


@settings(max_examples=100)
@given(old=FILES, new=FILES)
def test_git_apply_turns_the_old_files_into_the_new_ones(
    old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    # A header without a hunk, for an empty file, is for people; git has no such patch.
    old, new = ({name: text for name, text in files.items() if text} for files in (old, new))
    diff = unified(old, new)
    assert bool(diff) == (old != new)
    if not diff:
        return
    with tempfile.TemporaryDirectory() as room:
        put(Path(room), old)
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"], cwd=room, input=diff.encode(), check=True
        )
        assert contents(Path(room)) == new


def test_colours_are_all_that_steers_a_terminal() -> None:
    diff = unified({"a.yaml": b"a: o\x1b[31m\n"}, {"a.yaml": "a: o\u202e\n".encode()})
    assert "\x1b[31m" in diff, "in a pipe it is a patch, and exact"
    assert all(
        c == "\n" or c.isprintable()
        for c in re.sub(r"\x1b\[\d*m", "", coloured(diff).replace("o\x1b[31m", ""))
    )
    assert "\u202e" not in coloured(diff)
    assert "o\x1b[31m" not in coloured(diff)
