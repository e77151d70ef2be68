"""The command line as a user has it: a process of its own, with what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = (sys.executable, "-c", "from redismanifests.__main__ import main; main()")
"""As the installed script does it; the script itself may be another checkout's."""


def redismanifests(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``redismanifests ARGUMENTS`` and wait; options are those of subprocess.run, and ``program``: other code."""
    program = options.pop("program", PROGRAM[-1])
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **options.pop("env", {})}
    return subprocess.run(
        [*PROGRAM[:-1], program, *map(str, arguments)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        **options,
    )
