"""A wheel in a fresh environment, under every Python that we say we support, renders the bytes of the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from deployment import TOP
from redismanifests.core.built import IN_WHEEL
from redismanifests.judge.explanation import explanations
from rendereddigest import digest
from seldom import first

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

PYTHONS = ("3.11", "3.13", "3.12")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory, require: Callable[[bool, str], None]) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, TOP]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    require(done.returncode == 0, f"no wheel can be built here: {done.stderr[-300:]}")
    (built,) = folder.glob("*.whl")
    return built


def _interpreter(version: str) -> str | None:
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    installed = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    return str(installed[-1]) if installed else which(f"python{version}")


def test_the_wheel_carries_templates_and_profiles_and_nothing_of_the_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "profiles"):
        files = [p for p in (TOP / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        assert {f"redismanifests/_data/{p.relative_to(TOP)}" for p in files} <= names
    cited = {name for each in explanations() for name in re.findall(r"\bdocs/[a-z/-]+\.md", each.text)}
    assert len(cited) > 5
    assert {f"redismanifests/_data/{name}" for name in cited} <= names
    assert "redismanifests/present/writers/page.html" in names
    assert f"redismanifests/{IN_WHEEL}" in names
    assert not [name for name in names if name.startswith(("tests", "src")) or "__pycache__" in name]


@pytest.mark.parametrize("version", first(2, PYTHONS))
def test_an_installed_wheel_renders_the_same_bytes(
    version: str, wheel: Path, tmp_path: Path, require: Callable[[bool, str], None]
) -> None:
    python = _interpreter(version)
    require(python is not None, f"there is no Python {version} here")
    subprocess.run([str(python), "-m", "venv", tmp_path / "venv"], check=True)
    inside = tmp_path / "venv" / "bin"
    install = [inside / "pip", "install", "--quiet", wheel]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    require(done.returncode == 0, f"packages cannot be installed here: {done.stderr[-300:]}")
    assert digest(inside / "python", cwd=tmp_path) == digest()
    # What the wheel brings made counts on each, whichever Python made it.
    used = [inside / "python", "-c", "from redismanifests.core.built import built; print(bool(built()))"]
    assert subprocess.run(used, capture_output=True, text=True, check=True, cwd=tmp_path).stdout == "True\n"
    program = inside / "redismanifests"
    for command in (["init", "p.yaml"], ["render", "p.yaml"], ["render", "--check", "p.yaml"], ["profiles"]):
        subprocess.run([program, *command], cwd=tmp_path, check=True, capture_output=True)
    # Without the optional packages: scenarios are listed, and a rehearsal says how to get what it lacks.
    subprocess.run([program, "rehearse", "--list"], cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(
        [program, "rehearse", "p.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
