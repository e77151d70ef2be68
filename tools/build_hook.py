"""Build hook: a wheel brings along what follows from its sources alone (src/redismanifests/core/built.py).

Hatchling calls it. A wheel is built where its dependencies are: their versions are part of the key. An editable
installation makes it at the first use.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_MAKE = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("redismanifests.render.making", run_name="__main__", alter_sys=True)
"""


class BuiltHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the module in a process of its own, from the sources of this checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before files are collected."""
        if version == "editable":
            return
        self._made().parent.mkdir(parents=True, exist_ok=True)
        # All of sys.path: pip passes the packages of its isolated build environment by it, not by the interpreter. The
        # sources are set by hand: pip drops from the path what an editable installation of them has put there.
        command = [sys.executable, "-c", _MAKE, str(Path(self.root) / "src"), str(self._made())]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        subprocess.run(command, check=True, env=environment)
        included = build_data["force_include"]
        included[str(self._made())] = "redismanifests/_data/built.py"
        # What findings cite; pages of findings are what `explain` prints.
        docs = Path(self.root) / "docs"
        for file in (*docs.glob("*.md"), *docs.glob("measurements/*.md")):
            included[str(file)] = f"redismanifests/_data/docs/{file.relative_to(docs)}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """When the wheel is there."""
        self._made().unlink(missing_ok=True)

    def _made(self) -> Path:
        return Path(self.directory) / "built.py"
