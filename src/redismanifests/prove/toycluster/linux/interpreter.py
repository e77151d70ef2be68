"""Interpreter: the command line that starts the current Python again, in other namespaces.

The rehearsal's child process and its application need the same packages, from an installed wheel, a checkout, or
PYTHONPATH.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import redismanifests

_PACKAGES = Path(redismanifests.__file__).resolve().parent.parent


def module_command(name: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this package."""
    return [sys.executable, "-m", f"redismanifests.prove.rehearse.{name}", *arguments]


def python_path() -> str:
    """Its ``PYTHONPATH``: everything that this process can import."""
    return os.pathsep.join([str(_PACKAGES), *(path for path in sys.path if path)])


def folders() -> set[Path]:
    """The folders outside of /usr that it needs."""
    named = (sys.prefix, sys.base_prefix, str(_PACKAGES), *(path for path in sys.path if path))
    needed = {Path(path).resolve() for path in named} - {Path("/")}
    return {path for path in needed if path.is_dir() and not path.is_relative_to("/usr")}
