"""Scripts: the real decision scripts, asked through one awk process each, every set of facts once."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "startup"
_END = '\n$1 == "END" { print "END"; fflush() }\n'
"""The one rule that is added: a script that decides to do nothing prints nothing."""


def program(file: str, name: str, edits: Mapping[str, str] | None = None) -> str:
    """The awk program in a script; each edit takes a guard out and must find its text exactly once."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    found = re.search(rf"^{name}='\n(.*?)^'$", text, re.DOTALL | re.MULTILINE)
    assert found, f"{file} has no {name}"
    source = found[1]
    for old, new in (edits or {}).items():
        assert source.count(old) == 1, f"{file} holds {old!r} {source.count(old)} times"
        source = source.replace(old, new)
    return source


class Script:
    """One program that runs as long as it is asked; its answers are remembered."""

    def __init__(self, source: str) -> None:
        self.asked = 0
        self._answers: dict[str, str] = {}
        interactive = (
            ["-W", "interactive"] if "mawk" in Path(shutil.which("awk") or "").resolve().name else []
        )
        self._process = subprocess.Popen(
            ["awk", *interactive, source + _END], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def decide(self, facts: str) -> str:
        """What it prints for a set of facts (lines without the blank one at the end)."""
        known = self._answers.get(facts)
        if known is not None:
            return known
        self.asked += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{facts}\n\nEND\n")
        stdin.flush()
        said = []
        while (line := stdout.readline().rstrip("\n")) != "END":
            assert line or self._process.poll() is None, "awk ended"
            said.append(line)
        answer = self._answers[facts] = "\n".join(said)
        return answer

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()
