"""Exporters that this machine has: Debian's on PATH, and those kept by tools/fetch_engines.py and build_exporter.sh."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

HOW = "tools/fetch_engines.py exporter"


@cache
def exporters() -> dict[tuple[int, ...], Path]:
    """Version -> program, the oldest first."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redismanifests"
    found = {_numbers(path.parent.name): path for path in folder.glob("exporter-v*/redis_exporter")}
    for name in ("prometheus-redis-exporter", "redis_exporter"):
        if path := shutil.which(name):
            told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
            found.setdefault(_numbers(told.stdout + told.stderr), Path(path))
    found.pop((), None)
    return dict(sorted(found.items()))


def _numbers(text: str) -> tuple[int, ...]:
    match = re.search(r"\bv?(\d+\.\d+\.\d+)", text)
    return tuple(map(int, match[1].split("."))) if match else ()
