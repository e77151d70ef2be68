"""To add a check or a scenario, one file is written by hand; what else speaks of it is generated."""

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

CHECK = '''

@probe("PB199", remedy=NOT_AS_ASKED)
async def clients_are_few(look: Look) -> AsyncIterator[str]:
    """No Redis has more than ten clients."""
    for pod, fields in (await look.every_info("connected_clients")).items():
        if int(fields["connected_clients"]) > 10:
            yield f"{pod} has {fields['connected_clients']} clients"
'''
PROFILE = """
name: redis
namespace: shop
requirements: [{id: "1", text: few clients, probes: [PB199]}]
"""
SCENARIO = '''"""Master killed twice: the same container again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    master = await stage.master()
    for _ in range(2):
        stage.kill(master)


SCENARIO = Scenario(
    name="master-killed-twice", about="kill -9 of the master, and again", play=_play, outage=Recovery.twice
)
'''


class _Copy:
    """The repository, copied, so that something can be added to it."""

    def __init__(self, top: Path) -> None:
        self.top = top
        shutil.copytree(
            TOP, top, symlinks=True, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.egg-info")
        )

    def edit(self, name: str, before: str, after: str) -> None:
        path = self.top / "src" / "redismanifests" / "prove" / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert before in text
        path.write_text(text.replace(before, after, 1) if before else text + after, encoding="utf-8")

    def run(self, *argv: str) -> str:
        env = {**os.environ, "PYTHONPATH": str(self.top / "src")}
        done = subprocess.run(
            (sys.executable, *argv), cwd=self.top, env=env, text=True, capture_output=True, check=False
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    def text(self, name: str) -> str:
        return (self.top / name).read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> _Copy:
    return _Copy(tmp_path / "copy")


def test_a_check_is_one_file_and_what_is_generated(copy: _Copy) -> None:
    copy.edit("checks/redis/memory.py", "", CHECK)
    written = copy.run("tools/make_docs.py").splitlines()
    assert written == ["docs/probes.md written", "src/redismanifests/judge/check_codes.py written"]
    assert "| PB199 | clients-are-few |" in copy.text("docs/probes.md")
    (copy.top / "profile.yaml").write_text(PROFILE, encoding="utf-8")
    assert "PB199" not in copy.run("-m", "redismanifests", "check", "profile.yaml")
    command = "from redismanifests.prove.checks.index import REMEDIES; print(REMEDIES['PB199'].command)"
    assert "kubectl" in copy.run("-c", command)


def test_a_scenario_is_one_file_and_its_line_and_what_is_generated(copy: _Copy) -> None:
    listed = '    "deaths.new_master_killed",\n'
    copy.edit("rehearse/scenarios/deaths/master_killed_twice.py", "", SCENARIO)
    copy.edit("rehearse/scenarios/__init__.py", listed, f'{listed}    "deaths.master_killed_twice",\n')
    assert copy.run("tools/make_docs.py").splitlines() == ["docs/rehearsal.md written"]
    row = "| master-killed-twice | kill -9 of the master, and again | 43.7 s |"
    assert row in copy.text("docs/rehearsal.md")
    assert "master-killed-twice" in copy.run("-m", "redismanifests", "rehearse", "--list")
