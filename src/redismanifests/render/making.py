"""Making: the module of core/built.py: every template as a Python function, and the profile's validator as bytes.

    python -m redismanifests.render.making FILE

Deterministic: the same sources and libraries give the same text on every Python.
"""

from __future__ import annotations

import sys
from pathlib import Path

from redismanifests.core.built import key
from redismanifests.core.data import template_texts
from redismanifests.core.validator import packed
from redismanifests.profile.model import Profile
from redismanifests.render.functions import function

_HEAD = '"""Made of the sources with this key by redismanifests.render.making; nothing to edit."""\n'


def made() -> str:
    """The text of the module."""
    names = [name for name in template_texts() if name.endswith(".j2")]
    functions = (function(f"_{number}", name) for number, name in enumerate(names))
    table = ", ".join(f"{name!r}: _{number}" for number, name in enumerate(names))
    return (
        f"{_HEAD}KEY = {key()!r}\nSCHEMA = {packed(Profile)!r}\n{''.join(functions)}TEMPLATES = {{{table}}}\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(made(), encoding="utf-8")
