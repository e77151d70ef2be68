"""Documentation: what guides show was run, every link leads somewhere, and the index lists every page."""

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

GUIDES = tuple(
    TOP / "docs" / name for name in ("check.md", "migrate.md", "openshift.md", "report.md", "start.md")
)
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


LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGES = (*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"))


def _anchors(page: Path) -> set[str]:
    """Names of the headings of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TOP)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in link:
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.exists(), link
            assert not anchor or anchor in _anchors(target), link


def test_the_index_lists_every_page() -> None:
    docs = TOP / "docs"
    listed = LINK.findall((docs / "index.md").read_text(encoding="utf-8"))
    pages = {
        str(each.relative_to(docs)) for each in (*docs.glob("*.md"), *(docs / "measurements").glob("*.md"))
    }
    assert pages == {*listed, "index.md"}
