"""What was made when the package was built changes nothing but time: without it, or with another's, all is the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings

from deployment import COMMITTED, TOP
from installation import installation, made
from profilestrategy import profiles

if TYPE_CHECKING:
    from pathlib import Path

GENERATED = 12
"""Profiles, beside those that are committed; most are refused."""

ALL = """
import json, sys
from pathlib import Path
from redismanifests.core.built import built
from redismanifests.core.findings import ProfileRefused
from redismanifests.judge.review import review
from redismanifests.present.documents.findings import findings_data
from redismanifests.profile.effective import effective
from redismanifests.render.client_settings.settings import LIBRARIES, client
found, imported = [], []
for path in map(Path, sys.argv[2:]):
    before = "pydantic" in sys.modules
    try:
        reviewed = review(path)
    except ProfileRefused as refused:
        found.append([path.name, findings_data(list(refused.findings))])
        imported.append(before)
        continue
    files = {name: content.decode() for name, content in reviewed.rendering.files.items()}
    told = [(each.path, each.value, each.origin, each.why) for each in effective(reviewed.profile, reviewed.source)]
    clients = [client(reviewed.profile, library, path.name).code for library in LIBRARIES]
    found.append([path.name, findings_data(list(reviewed.findings)), files, told, clients])
Path(sys.argv[1]).write_text(json.dumps(found, indent=1))
imported.append("pydantic" in sys.modules)
print(bool(built()), imported[0])
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Committed profiles, and generated ones."""
    folder = tmp_path_factory.mktemp("generated")
    found: list[Path] = []

    @seed(17)
    @settings(
        max_examples=GENERATED,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(profile=profiles())
    def one(profile: dict[str, object]) -> None:
        path = folder / f"{len(found)}.yaml"
        path.write_text(yaml.dump(profile, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8")
        found.append(path)

    one()
    return [*COMMITTED, *found]


def _said(package: Path, place: Path, of: list[Path], **environment: str) -> tuple[str, str]:
    """Everything said of these profiles; whether something made before was used, and pydantic imported.

    That is before the first that is refused: what to write instead may need the models.
    """
    done = subprocess.run(
        [sys.executable, "-c", ALL, place, *of],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(package), **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return place.read_text(encoding="utf-8"), done.stdout.strip()


@pytest.fixture(scope="module")
def fast(written: list[Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said by a package as a wheel brings it."""
    folder = tmp_path_factory.mktemp("fast")
    said, how = _said(installation(folder / "package"), folder / "said.json", written)
    assert how == "True False"
    return said


def _forged() -> str:
    """Made of other sources: it would render nothing right."""
    return re.sub(r"KEY = '.*'", "KEY = 'of other sources'", made()).replace("return ", "return 'wrong' + ")


@pytest.mark.parametrize(
    "built", ["", "KEY = 1 +", "raise NameError", _forged()], ids=["none", "torn", "odd", "other's"]
)
def test_without_what_was_made_before_everything_is_the_same(
    built: str, fast: str, written: list[Path], tmp_path: Path
) -> None:
    package = installation(tmp_path / "package", built)
    said, how = _said(package, tmp_path / "said.json", written, PYTHONDONTWRITEBYTECODE="1")
    assert how == "False True"
    assert said == fast


def test_a_package_that_lacks_it_makes_it_at_the_first_use(tmp_path: Path) -> None:
    package = installation(tmp_path / "package", "")
    environment = {"PYTHONDONTWRITEBYTECODE": ""}
    of = list(COMMITTED)
    first, how = _said(package, tmp_path / "first.json", of, **environment)
    assert how == "False True"
    second, how = _said(package, tmp_path / "second.json", of, **environment)
    assert (second, how) == (first, "True False")
    # A template that is edited counts at once.
    template = package / "redismanifests" / "_data" / "templates" / "redis" / "statefulset.yaml.j2"
    template.write_text("# edited\n" + template.read_text(encoding="utf-8"), encoding="utf-8")
    third, how = _said(package, tmp_path / "third.json", of, **environment)
    assert how == "False True"
    assert "# edited" in third


def test_it_is_made_once_whatever_number_of_profiles_a_run_has(tmp_path: Path) -> None:
    package = installation(tmp_path / "package", "")
    kept = package / "redismanifests" / "_data" / "templates" / "__pycache__" / "built.py"
    script = """
import os, sys
from pathlib import Path
from redismanifests.judge.review import review
for path in map(Path, sys.argv[2:]):
    review(path)
    print(os.stat(sys.argv[1]).st_ino)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, kept, *COMMITTED[:3]],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": ""},
    )
    first, *others = done.stdout.split()
    assert others == [first, first]


def test_it_is_made_the_same_whatever_order_sets_have(tmp_path: Path) -> None:
    texts = set()
    for hashes in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": str(TOP / "src"), "PYTHONHASHSEED": hashes}
        command = [sys.executable, "-m", "redismanifests.render.making", tmp_path / "made.py"]
        subprocess.run(command, check=True, env=environment)
        texts.add((tmp_path / "made.py").read_text(encoding="utf-8"))
    assert texts == {made()}
