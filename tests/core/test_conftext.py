"""A value stays one argument of redis.conf and one word of a shell script, whatever is in it."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostiletext import SAMPLES, one_line
from redismanifests.core.quoting.conftext import ConfLine, conf, conf_line, shell

ONE_LINE = [text for text in SAMPLES if "\n" not in text]


@pytest.mark.parametrize(
    "line",
    [
        "lazyfree-lazy-eviction yes",
        'notify-keyspace-events "KEA"',
        "client-output-buffer-limit normal 0 0 0",
        'save ""',
        "save ''",
        r'proc-title-template "{title} \"x\" \x41"',
        r"proc-title-template 'it\'s'",
        "activedefrag",
    ],
)
def test_a_directive_is_taken_as_it_is(line: str) -> None:
    assert conf_line(line) == line
    assert conf(ConfLine(line)) == line


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "# a comment",
            " hz 10",
            "-hz 10",
            "1hz 10",
            "hz\t10",
            "hz 10\nport 1",
            "hz 10\r",
            "hz ñ",
            "hz \0",
        ),
        *('save "', "save '", 'save "a"b', "save 'a'b", 'save a"b', r'save "a\"', r"save 'a\'", "\x1b hz 10"),
    ],
    ids=ascii,
)
def test_what_is_no_single_directive_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write "):
        conf_line(text)


@settings(max_examples=300)
@given(one_line)
def test_a_line_is_kept_or_refused_never_changed(text: str) -> None:
    try:
        assert conf_line(f"hz {text}") == f"hz {text}".rstrip()
    except ValueError:
        return


@pytest.mark.parametrize(
    ("value", "printed"), [(True, "yes"), (False, "no"), (5, "5"), ("a-b_c.d", "a-b_c.d")]
)
def test_plain_values_are_printed_plain(value: object, printed: str) -> None:
    assert conf(value) == printed


@pytest.mark.parametrize("text", ["a b", 'a"b', "a\\b", "", "#", "'"])
def test_other_texts_are_quoted_as_redis_reads_them(text: str) -> None:
    printed = conf(text)
    assert (printed[0], printed[-1]) == ('"', '"')
    assert printed[1:-1].replace('\\"', '"').replace("\\\\", "\\") == text


@pytest.mark.parametrize("text", ["a\nb", "\0", "a\rb"])
def test_a_text_of_several_lines_is_no_argument(text: str) -> None:
    with pytest.raises(ValueError, match="cannot contain"):
        conf(text)


@pytest.mark.parametrize("quote", [conf, shell])
@pytest.mark.parametrize("value", [None, 1.5, [], {}])
def test_what_is_no_scalar_is_refused(quote: object, value: object) -> None:
    with pytest.raises(TypeError):
        quote(value)


def test_a_script_has_no_word_for_true() -> None:
    with pytest.raises(TypeError):
        shell(True)


@pytest.mark.parametrize("text", ["a\nb", "\0"])
def test_a_setting_of_a_script_stays_on_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        shell(text)


def test_a_shell_reads_every_hostile_word_back_unchanged(require_tool: object) -> None:
    dash = require_tool("dash", "apt install dash")
    _shell_agrees(dash, ONE_LINE)


@settings(max_examples=40)
@given(st.lists(one_line, min_size=20, max_size=40))
def test_a_shell_reads_any_words_back_unchanged(words: list[str]) -> None:
    _shell_agrees("/bin/sh", words)


def _shell_agrees(program: str, words: list[str]) -> None:
    script = "".join(f"V={shell(word)}\nprintf '%s\\n' \"$V\"\n" for word in words)
    done = subprocess.run([program], input=script.encode(), capture_output=True, check=True)
    assert (done.stdout.decode().split("\n")[:-1], done.stderr) == (words, b"")
