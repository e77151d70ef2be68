"""What is printed for other languages than Python is compiled, or loaded, with the published library."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING

import libraries
import pytest

from deployment import ONLY_FOR_TESTS, REFERENCE, reviewed
from redismanifests.render.client_settings.settings import client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow
PROFILES = (REFERENCE, *ONLY_FOR_TESTS)


def codes(name: str) -> list[str]:
    """Of several profiles, each once."""
    return sorted({client(reviewed(path).profile, name, path.name).code for path in PROFILES})


def run(*command: str | Path, where: Path) -> str:
    # Settings for TLS read their files when they are loaded; what is in them is for the one who connects.
    files = dict.fromkeys(("REDIS_CA_FILE", "REDIS_CERTIFICATE_FILE", "REDIS_KEY_FILE"), os.devnull)
    environment = {**os.environ, **files}
    done = subprocess.run(
        [*map(str, command)], cwd=where, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def taken(require: Callable[[bool, str], None], take: Callable[[], Path]) -> Path:
    try:
        return take()
    except libraries.NotThereError as error:
        require(False, f"the library cannot be taken: {error}")
        raise


def test_go_vet_accepts_go_redis_and_gofmt_would_change_nothing(
    tmp_path: Path, require_tool: Callable[[str, str], str], require: Callable[[bool, str], None]
) -> None:
    require_tool("go", "the Go tool chain")
    for number, code in enumerate(codes("go-redis")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "settings.go").write_text(code, encoding="utf-8")
    try:
        (tmp_path / "settings.go").write_text(codes("go-redis")[0], encoding="utf-8")
        libraries.go(tmp_path)
    except libraries.NotThereError as error:
        require(False, f"go-redis cannot be taken: {error}")
    run("go", "vet", "./...", where=tmp_path)
    assert run("gofmt", "-l", ".", where=tmp_path) == ""


@pytest.mark.parametrize("name", ["jedis", "lettuce"])
def test_javac_accepts_what_java_is_told_without_a_warning(
    name: str, tmp_path: Path, require_tool: Callable[[str, str], str], require: Callable[[bool, str], None]
) -> None:
    require_tool("javac", "a JDK")
    require_tool("mvn", "Maven")
    jars = taken(require, libraries.java)
    for number, code in enumerate(codes(name)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "RedisSettings.java").write_text(code, encoding="utf-8")
        path = f"{jars}/*"
        run(
            "javac",
            "-Xlint:deprecation",
            "-Werror",
            "-cp",
            path,
            "-d",
            folder,
            "RedisSettings.java",
            where=folder,
        )


def test_node_loads_ioredis_options_and_each_is_a_declared_one(
    require_tool: Callable[[str, str], str], require: Callable[[bool, str], None]
) -> None:
    require_tool("node", "Node.js")
    require_tool("npm", "npm")
    folder = taken(require, libraries.javascript)
    declared = "".join(
        path.read_text(encoding="utf-8") for path in (folder / "node_modules/ioredis/built").rglob("*.d.ts")
    )
    for code in codes("ioredis"):
        (folder / "settings.js").write_text(code, encoding="utf-8")
        shown = (
            "const {options} = require('./settings.js'); console.log(JSON.stringify(Object.keys(options)))"
        )
        for option in json.loads(run("node", "-e", shown, where=folder)):
            assert re.search(rf"^\s+{option}\??:", declared, re.MULTILINE), option
