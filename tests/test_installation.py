"""What is printed to install an extra never asks a public index for a name that anybody can take."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest

from redismanifests.core.installation import install_command

NEEDS = [
    "click<9,>=8.1.7",
    'cryptography<50,>=44; extra == "rehearse"',
    "dnslib<1,>=0.9.25 ; extra == 'rehearse'",
    'pytest<10,>=8.3; extra == "test"',
]


def _copy(folder: Path, origin: Any) -> Distribution:
    folder.mkdir()
    metadata = "Metadata-Version: 2.4\nName: redismanifests\nVersion: 0.1.0\n"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in NEEDS)
    (folder / "METADATA").write_text(metadata, encoding="utf-8")
    if origin is not None:
        (folder / "direct_url.json").write_text(json.dumps(origin), encoding="utf-8")
    return Distribution.at(folder)


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (None, ["cryptography<50,>=44", "dnslib<1,>=0.9.25"]),
        ([], ["cryptography<50,>=44", "dnslib<1,>=0.9.25"]),
        ({"url": "file:///src/a%20b", "dir_info": {"editable": True}}, ["--editable", "/src/a b[rehearse]"]),
        ({"url": "file:///src/a", "dir_info": {}}, ["redismanifests[rehearse] @ file:///src/a"]),
        (
            {"url": "file:///x/redismanifests-0.1.0-py3-none-any.whl", "archive_info": {}},
            ["redismanifests[rehearse] @ file:///x/redismanifests-0.1.0-py3-none-any.whl"],
        ),
        (
            {
                "url": "https://me:secret@git.example.com/r.git",
                "vcs_info": {"vcs": "git", "commit_id": "abc"},
            },
            ["redismanifests[rehearse] @ git+https://git.example.com/r.git@abc"],
        ),
    ],
)
def test_the_command_names_where_this_copy_came_from_or_what_the_extra_stands_for(
    tmp_path: Path, origin: Any, wanted: list[str]
) -> None:
    said = install_command("rehearse", _copy(tmp_path / "redismanifests-0.1.0.dist-info", origin))
    assert shlex.split(said) == [sys.executable, "-m", "pip", "install", *wanted]


def test_this_copy_can_be_found() -> None:
    assert distribution("redismanifests").requires
    # A name alone is what anybody can take.
    assert "redismanifests[rehearse]" not in shlex.split(install_command("rehearse"))


def test_no_printed_command_installs_our_name_from_an_index() -> None:
    sources = Path(__file__).resolve().parents[1] / "src"
    found = subprocess.run(
        ["grep", "-rnE", r"pip install ['\"]?redismanifests", str(sources)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
