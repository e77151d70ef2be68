"""Interpreter: how the Python that runs now is started again, in other namespaces.

Why: the rehearsal's inside and its application are processes of their own that need the same packages, wherever these
came from (an installed wheel, a checkout, PYTHONPATH). What must not come in: what is run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import redismanifests

_PACKAGES = Path(redismanifests.__file__).resolve().parent.parent


def module_command(name: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this package."""
    return [sys.executable, "-m", f"redismanifests.rehearse.{name}", *arguments]


def python_path() -> str:
    """``PYTHONPATH`` for it: everything that this process can import."""
    return os.pathsep.join([str(_PACKAGES), *(path for path in sys.path if path)])


def folders() -> set[Path]:
    """The folders that must be visible for it to run, /usr apart."""
    named = (sys.prefix, sys.base_prefix, str(_PACKAGES), *(path for path in sys.path if path))
    needed = {Path(path).resolve() for path in named} - {Path("/")}
    return {path for path in needed if path.is_dir() and not path.is_relative_to("/usr")}
