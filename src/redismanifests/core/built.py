"""Built: what follows from the sources alone, made once: a function of each template, and the profile's validator.

Compiling the templates costs more than the rest of a run, and so do importing pydantic and asking it for a validator.
Both are one Python module of their own, which travels in the wheel (tools/build_hook.py); a checkout writes it at the
first use, as Python does byte code. It counts only where its key is that of these sources and that library. Without it
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

from redismanifests.core.data import PACKAGE, data_folder, file_bytes, template_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_AREAS = ("core", "profile")
"""Packages that say what a profile is, with the settings of all features."""
_MAKERS = ("render/environment.py", "render/functions.py")
"""Modules that make a function of a template."""
IN_WHEEL = "_data/built.py"
"""Where it is in a wheel, below the package."""


@cache
def built() -> Mapping[str, Any]:
    """``SCHEMA`` (bytes: core/validator.py) and ``TEMPLATES`` (name -> render/functions.py); empty without."""
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
    """Of the sources that go into it, and of the library that reads the schema. The rest is plain Python."""
    import pydantic_core  # noqa: PLC0415 (only where something is rendered or read)

    summed = hashlib.sha256(pydantic_core.__version__.encode())
    for name, content in template_files().items():
        summed.update(b"\0%b\0%b" % (name.encode(), content))
    for path in _sources():
        summed.update(file_bytes(path))
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


def _sources() -> Iterator[str]:
    """Modules that what is made here follows from; what a feature's settings may import, a contract says."""
    package = os.fspath(PACKAGE)
    for area in _AREAS:
        yield from _modules(f"{package}/{area}")
    for feature in sorted(os.listdir(f"{package}/features")):  # noqa: PTH208 (pathlib takes several times as long)
        settings = f"{package}/features/{feature}/settings.py"
        if os.path.isfile(settings):  # noqa: PTH113 (as above)
            yield settings
    yield from (f"{package}/{each}" for each in _MAKERS)


def _modules(folder: str) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _modules(entry.path)
        elif entry.name.endswith(".py"):
            yield entry.path
