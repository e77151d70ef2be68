"""The published libraries that printed settings are checked with, in the cache of this project's tools.

Each is taken once, by name and version, through its language's own package client; a test that cannot get one skips.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PYTHON = ("redis==8.1.0", "celery[redis]==5.7.0", "django==5.2.19", "django-redis==7.0.0")
GO = "github.com/redis/go-redis/v9@v9.23.0"
JAVA = (("redis.clients", "jedis", "7.5.3"), ("io.lettuce", "lettuce-core", "7.7.0.RELEASE"))
JAVASCRIPT = "ioredis@6.0.0"


class NotThereError(Exception):
    """The library could not be taken, and why."""


def _folder(name: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "redismanifests" / f"clients-{name}"


def _run(*command: str | Path, where: Path) -> None:
    try:
        done = subprocess.run(
            [*map(str, command)], cwd=where, capture_output=True, text=True, check=False, timeout=300
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotThereError(str(error)) from None
    if done.returncode:
        raise NotThereError((done.stdout + done.stderr)[-1500:])


def _taken(name: str, mark: str) -> tuple[Path, bool]:
    """The folder of that name, and whether ``mark`` (what is in it, with versions) is there already."""
    folder = _folder(name)
    told = folder / "taken"
    if told.exists() and told.read_text(encoding="utf-8") == mark:
        return folder, True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder, False


def _kept(folder: Path, mark: str) -> None:
    (folder / "taken").write_text(mark, encoding="utf-8")


def python() -> Path:
    """An environment with the Python libraries: its interpreter."""
    mark = " ".join(PYTHON)
    folder, there = _taken(f"python-{sys.version_info.major}.{sys.version_info.minor}", mark)
    if not there:
        _run(sys.executable, "-m", "venv", folder / "venv", where=folder)
        _run(folder / "venv/bin/pip", "install", "--quiet", *PYTHON, where=folder)
        _kept(folder, mark)
    return folder / "venv/bin/python"


def go(work: Path) -> None:
    """Make ``work`` a module that has go-redis; what it takes stays in Go's own cache."""
    (work / "go.mod").write_text("module settings\n\ngo 1.24\n", encoding="utf-8")
    _run("go", "get", GO, where=work)
    _run("go", "mod", "tidy", where=work)


def java() -> Path:
    """A folder with the jars of Jedis and Lettuce and all that they need."""
    mark = " ".join(":".join(each) for each in JAVA)
    folder, there = _taken("java", mark)
    if not there:
        needed = "".join(
            f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>"
            for g, a, v in JAVA
        )
        (folder / "pom.xml").write_text(
            '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
            "<groupId>settings</groupId><artifactId>settings</artifactId><version>1</version>"
            f"<dependencies>{needed}</dependencies></project>",
            encoding="utf-8",
        )
        _run("mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars", where=folder)
        _kept(folder, mark)
    return folder / "jars"


def javascript() -> Path:
    """A folder in whose node_modules ioredis is."""
    folder, there = _taken("javascript", JAVASCRIPT)
    if not there:
        (folder / "package.json").write_text(
            json.dumps({"name": "settings", "private": True}), encoding="utf-8"
        )
        _run("npm", "install", "--silent", JAVASCRIPT, where=folder)
        _kept(folder, JAVASCRIPT)
    return folder
