"""Texts that other generators have tripped over, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

SAMPLES = (
    *("yes", "No", "ON", "off", "y", "N", "true", "False", "null", "Null", "~", "", " ", "  "),
    *("0444", "0o17", "0x1f", "1e3", "1_000", "1.", ".5", "-1", "+12", "12e03", "190:20:30", "12:30:45.5"),
    *(".nan", "nan", ".inf", "-.INF", "inf", "=", "<<", "2026-11-22", "2001-12-14t21:59:43.10-05:00"),
    *("{{ x }}", "{% raw %}", "{# x #}", "${X}", "$(touch /tmp/x)", "`id`", "%s", "{0}"),
    *("# no comment", "a # b", "a: b", ": ", ":", "a:", "- a", "-", "--", "---", "...", "? a", "?", "--a"),
    *(
        "&a",
        "*a",
        "!!int 1",
        "!x",
        "|",
        ">",
        "|-",
        "@a",
        "`a",
        "%YAML 1.2",
        "[a",
        "{a",
        "a]",
        ",",
        "key: [1]",
    ),
    *('"', "'", "''", '"\'"', "\\", "\\n", "a\\", '\\"', "'\\''", "'; rm -rf / #", '" #'),
    *(
        "\n",
        "a\n",
        "a\n\n",
        "\na",
        "\n a\n",
        " a\n",
        "a \nb\n",
        "a\n b\n",
        "a\tb",
        "\t",
        "a\r\nb",
        "\r",
        "\v\f",
    ),
    *("\x01", "\x07\x08", "\x1b[31m", "\x7f", "\x80", "\x85", "\xa0", "\u200b", "\u2028", "\u2029", "\ufeff"),
    *("\ufffe", "\uffff", "ñ", "漢字", "🦆", "👩\u200d👩\u200d👧", "e\u0301", "\u202eabc", "a\u2028b\n"),
    *("---\nkind: Pod\n", "a\n---\nb\n", "a\n...\n", "x" * 300, "word " * 60, "a\n" * 50),
)
"""Words that YAML 1.1 or 1.2 reads as no string, syntax of four languages, line ends, characters that hide."""

FRAGMENTS = (*"\n #'\"\\&*!|>\ta0", ": ", "- ", "{{", "}}", "{%", "%}")

any_text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
"""What UTF-8 can hold, without NUL."""

hostile_text = st.one_of(
    st.sampled_from(SAMPLES),
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join),
    any_text,
)
one_line = hostile_text.filter(lambda text: not set(text) & set("\0\n"))
