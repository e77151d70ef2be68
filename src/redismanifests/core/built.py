"""Built: what follows from the sources alone, made once: the code of the templates, and the profile's validator.

Compiling the templates costs more than the rest of a run, and so do importing pydantic and asking it for a validator.
Both are one Python module of their own, which travels in the wheel (tools/build_hook.py); a checkout writes it at the
first use, as Python does byte code. It counts only where its key is that of these sources and libraries. Without it
everything is made in full and gives the same bytes and messages, only later.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING, Any

from redismanifests.core.data import PACKAGE, data_folder, template_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_AREAS = ("core", "features", "profile")
"""Packages that say what a profile is."""
IN_WHEEL = "_data/built.py"
"""Where it is in a wheel, below the package."""


@cache
def built() -> Mapping[str, Any]:
    """``SCHEMA`` (bytes: core/validator.py) and ``TEMPLATES`` (name -> function of an environment); empty without."""
    for path in (PACKAGE / IN_WHEEL, _kept()):
        names: dict[str, Any] = {}
        # What cannot be read or run is as good as absent.
        with suppress(Exception):
            code = SourceFileLoader("redismanifests_built", os.fspath(path)).get_code("redismanifests_built")
            exec(code or "", names)
        if names.get("KEY") == key():
            return names
    return {}


@cache
def key() -> str:
    """Of everything that goes into it: sources, and the libraries that made it. Of Python nothing: it is source."""
    import jinja2  # noqa: PLC0415 (only where something is rendered or read)
    import pydantic_core  # noqa: PLC0415 (as above)

    summed = hashlib.sha256(f"{jinja2.__version__} {pydantic_core.__version__}".encode())
    for name, text in template_texts().items():
        summed.update(f"\0{name}\0{text}".encode())
    for area in _AREAS:
        for path in _modules(f"{PACKAGE}/{area}"):
            with open(path, "rb") as stream:  # noqa: PTH123 (a hundred files)
                summed.update(stream.read())
    return summed.hexdigest()


def keep(text: Callable[[], str]) -> None:
    """Write ``text()``, the module that is missing, for the next process."""
    if sys.dont_write_bytecode:
        return
    path = _kept()
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        temporary.write_text(text(), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        # A read-only installation makes everything each time; it is slower, not wrong.
        with suppress(OSError):
            temporary.unlink()


def _kept() -> Path:
    return data_folder("templates") / "__pycache__" / "built.py"


def _modules(folder: str) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _modules(entry.path)
        elif entry.name.endswith(".py"):
            yield entry.path
