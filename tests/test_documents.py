"""What the guides show was run: every `$ redismanifests` in them prints what stands below it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from deployment import TOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GUIDES = (TOP / "docs" / "check.md", TOP / "docs" / "report.md")
RUN = re.compile(r"^```console\n\$ (redismanifests [^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_a_guide_shows_what_is_printed(guide: Path) -> None:
    """If this fails: UPDATE_CASES=1 pytest tests/test_documents.py writes what is printed now."""
    text = guide.read_text(encoding="utf-8")

    def printed(match: re.Match[str]) -> str:
        done = redismanifests(*shlex.split(match[1])[1:], cwd=TOP)
        return f"```console\n$ {match[1]}\n{done.stdout}```"

    assert RUN.search(text)
    current = RUN.sub(printed, text)
    if os.environ.get("UPDATE_CASES"):
        guide.write_text(current, encoding="utf-8")
    assert current == text


def test_the_line_for_code_quality_gives_what_gitlab_reads(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    require_tool("jq", "apt install jq")
    guide = (TOP / "docs" / "ci.md").read_text(encoding="utf-8")
    line = re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)[0]
    (tmp_path / "profile.yaml").write_text("name: redis\nnamespace: shop\nsentinel: {quorum: 3}\n")
    found = redismanifests("check", "--format", "json", "profile.yaml", cwd=tmp_path).stdout
    command = line.replace("redismanifests check --format json profile.yaml", "cat")
    subprocess.run(["bash", "-c", command], input=found, cwd=tmp_path, check=True, text=True)
    (issue,) = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))
    assert issue["location"] == {"path": "profile.yaml", "lines": {"begin": 3}}
    assert {"check_name", "description", "fingerprint", "severity"} < issue.keys()
    assert issue["severity"] == "critical"
