"""Input, command, output and exit code of a case in one readable file: a case is added by adding a file.

``-- NAME --`` begins a file of the working directory, ``-- NAME, bytes --`` one whose text is a Python bytes literal's.
``$ COMMAND`` is followed by what it prints, standard error included, and by its exit code. ``UPDATE_CASES=1 pytest
tests/cli/test_cases.py`` writes what is printed now into the files; git diff then shows what changed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from deployment import TOP
from redismanifests.cli import main

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
_FILE = re.compile(r"-- (\S+?)(, bytes)? --")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_case_prints_what_its_file_says(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = case.read_text(encoding="utf-8")
    head, commands = _taken_apart(text, tmp_path)
    monkeypatch.chdir(tmp_path)
    written = head + "".join(f"$ {command}\n{_run(command, monkeypatch)}" for command in commands)
    if os.environ.get("UPDATE_CASES"):
        case.write_text(written, encoding="utf-8")
    assert written == text


def _taken_apart(text: str, folder: Path) -> tuple[str, list[str]]:
    """Everything before the first command, and the commands; the case's files are written to ``folder``."""
    head, _, _ = text.partition("\n$ ")
    name = ""
    for line in (head + "\n").splitlines(keepends=True):
        if match := _FILE.fullmatch(line.rstrip("\n")):
            name, escaped = match[1], match[2]
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(b"")
        elif name:
            content = line.encode()
            if escaped:
                content = line.rstrip("\n").encode().decode("unicode_escape").encode("latin-1")
            with (folder / name).open("ab") as stream:
                stream.write(content)
    return head + "\n", re.findall(r"^\$ (.*)$", text, re.MULTILINE)


def _run(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    program, *arguments = shlex.split(command)
    if program == "cp":
        shutil.copy(TOP / arguments[0], arguments[1])
        return ""
    if program == "mkdir":
        Path(arguments[0]).mkdir()
        return ""
    assert program == "redismanifests"
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        pytest.raises(SystemExit) as done,
    ):
        main()
    assert isinstance(printed.buffer, io.BytesIO)
    output = printed.buffer.getvalue().decode()
    return f"{output}[exit {done.value.code or 0}]\n"


def test_no_case_shows_a_traceback_or_a_path_of_this_machine() -> None:
    for case in CASES:
        text = case.read_text(encoding="utf-8")
        assert "Traceback" not in text
        assert str(TOP) not in text
