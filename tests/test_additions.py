"""What somebody who adds a thing must touch: each test makes the addition in a copy of the code, and it works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deployment import TOP

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = "name: redis\nnamespace: shop\n"


class Copy:
    """The code in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Copy it."""
        for name in ("src", "templates", "profiles"):
            shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.folder, self.package = folder, folder / "src" / "redismanifests"
        (folder / "profile.yaml").write_text(PROFILE, encoding="utf-8")

    def append(self, file: str, text: str) -> None:
        """Write ``text`` at the end of one module: all that is done by hand."""
        path = self.package / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """What the command line of this copy prints."""
        done = subprocess.run(
            [sys.executable, "-m", "redismanifests", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src")},
        )
        assert done.returncode in (0, 1), done.stderr[-2000:]
        return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_a_finding_that_is_no_rule_is_one_file(copy: Copy) -> None:
    copy.append(
        "judge/profile/placeholders.py",
        '''
NAMED_AS_ALWAYS = FindingKind(
    "RM999", "named-as-always", Severity.WARNING, "The deployment is named redis.\\n\\nSource: docs/check.md."
)
_before = findings


def findings(case: Case) -> Iterator[Finding]:
    """As before, and one more."""
    yield from _before(case)
    if case.profile.name == "redis":
        yield NAMED_AS_ALWAYS.at(case.source, ("name",), "the name is redis", "choose another one")
''',
    )
    assert "the name is redis" in copy.run("check", "profile.yaml")
    assert "RM999: named-as-always (warning)" in copy.run("explain", "named-as-always")
    assert "the name is redis" not in copy.run("check", "profile.yaml", "--ignore", "RM999")
    waiver = "waivers: [{finding: RM999, reason: it is short}]\n"
    (copy.folder / "profile.yaml").write_text(PROFILE + waiver, encoding="utf-8")
    assert "it is short" in copy.run("check", "profile.yaml", "--format", "json")


def test_a_judge_is_one_file_and_its_line_in_the_list(copy: Copy) -> None:
    (copy.package / "judge" / "profile" / "short_name.py").write_text(
        '''"""Short name."""

from __future__ import annotations

from redismanifests.core.findings import FindingKind, Severity

SHORT_NAME = FindingKind("RM999", "short-name", Severity.NOTE, "It is short.\\n\\nSource: docs/check.md.")


def findings(case):
    """One."""
    yield SHORT_NAME.at(case.source, ("name",), "the name is short", "choose a longer one")
''',
        encoding="utf-8",
    )
    judges = copy.package / "judge" / "judges.py"
    listed = judges.read_text(encoding="utf-8")
    line = '    Judge("judge.profile.placeholders"),\n'
    judges.write_text(
        listed.replace(line, line + '    Judge("judge.profile.short_name"),\n'), encoding="utf-8"
    )
    assert "the name is short" in copy.run("check", "profile.yaml")
    assert "RM999: short-name (note)" in copy.run("explain", "RM999")


def test_a_rule_is_one_file_beside_the_examples_of_its_edges(copy: Copy) -> None:
    copy.append(
        "features/spread/rules.py",
        '''

@rule("RM999", Severity.NOTE)
def soft_without_hard(profile: Profile) -> Iterator[Fault]:
    """Pods are spread where there is room, and nowhere else.

    Source: docs/check.md.
    """
    if profile.spread.soft and not profile.spread.hard:
        yield Fault(("spread", "hard"), "nothing keeps pods apart", "add a key")
''',
    )
    (copy.folder / "profile.yaml").write_text(PROFILE + "spread: {hard: []}\n", encoding="utf-8")
    assert "nothing keeps pods apart" in copy.run("check", "profile.yaml")
    assert "RM999: soft-without-hard (note)" in copy.run("explain", "RM999")
