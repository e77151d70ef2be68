"""One number for the bytes of all committed profiles, rendered by a Python of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from deployment import COMMITTED

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """
import hashlib, sys
from pathlib import Path
from redismanifests.judge.review import review
digest = hashlib.sha256()
for path in sys.argv[1:]:
    for name, content in review(Path(path)).accepted().files.items():
        digest.update(name.encode() + b"\\0" + content)
print(digest.hexdigest())
"""


def digest(python: str | Path = sys.executable, cwd: Path | None = None, **environment: str) -> str:
    """SHA-256 over names and contents, as ``python`` renders them with nothing but ``environment`` around it."""
    command = [str(python), "-c", _PROGRAM, *map(str, COMMITTED)]
    around = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | environment
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd, env=around)
    return done.stdout.strip()
