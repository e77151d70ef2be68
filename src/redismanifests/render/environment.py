"""Environment: Jinja as the house uses it: strict, quoting for the language it writes, compiled once.

Compiling forty templates costs more than the rest of a run, so their byte code is kept beside them as Python keeps that
of modules, and is used only for exactly these sources. What must not come in: what is rendered.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from jinja2 import __version__ as jinja_version

from redismanifests.core import codetext, conftext, yamltext
from redismanifests.data import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from jinja2 import Template

LANGUAGES: dict[str, Callable[[object], str]] = {
    ".yaml.j2": yamltext.scalar,
    ".conf.j2": conftext.conf,
    ".sh.j2": conftext.shell,
    ".py.j2": codetext.python,
    ".java.j2": codetext.c_like,
    ".go.j2": codetext.c_like,
    ".js.j2": codetext.c_like,
    ".cs.j2": codetext.c_like,
}
"""The quoting that every hole of a template passes through, by the template's name."""


def template(name: str) -> Template:
    """The template of this name, such as ``redis/statefulset.yaml.j2``; its name says what language it writes."""
    return _environments()[_language(name)].get_template(name)


def text(name: str) -> str:
    """A file under templates/ as it is: a script, or the source of a template."""
    return _sources()[name]


def keep_compiled() -> None:
    """Write the byte code of the templates that were compiled in this process, for the next one."""
    _compiled().write()


def _language(name: str) -> str:
    return name[name.index(".", name.rindex("/")) :]


@cache
def _sources() -> dict[str, str]:
    """Every file under templates/, by its path there."""
    folder = os.fspath(data_folder("templates"))
    found: dict[str, str] = {}
    for feature in sorted(os.listdir(folder)):  # noqa: PTH208 - pathlib costs a millisecond here
        if feature == "__pycache__":
            continue
        for file in sorted(os.listdir(f"{folder}/{feature}")):  # noqa: PTH208
            with open(f"{folder}/{feature}/{file}", encoding="utf-8", newline="") as stream:  # noqa: PTH123
                found[f"{feature}/{file}"] = stream.read()
    return found


@cache
def _environments() -> dict[str, Environment]:
    return {language: _environment(language, quote) for language, quote in LANGUAGES.items()}


def _environment(language: str, quote: Callable[[object], str]) -> Environment:
    environment = Environment(
        loader=_Loader(language),
        undefined=StrictUndefined,
        # Not HTML: this is the escape of the language that the template writes.
        autoescape=False,
        finalize=quote,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters["indent"] = _indented
    # Templates print facts: neither ranges nor lorem ipsum.
    environment.globals.clear()
    return environment


def _indented(chapter: str, width: int) -> str:
    """Every line of ``chapter`` moved right; an empty chapter leaves no trace, unlike with Jinja's own filter."""
    margin = " " * width
    return "".join(margin + line if line.strip() else line for line in chapter.splitlines(keepends=True))


class _Loader(BaseLoader):
    """Templates of one language, from byte code where it was kept."""

    def __init__(self, language: str) -> None:
        self.language = language

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        """The template of this name."""
        if _language(name) != self.language or name not in _sources():
            raise TemplateNotFound(name)
        code = _compiled().code(
            name, lambda: environment.compile(_sources()[name], name, f"templates/{name}")
        )
        # Not make_globals: that is a chain of mappings, and copying it takes longer than a small template.
        return environment.template_class.from_code(environment, code, environment.globals, None)


@cache
def _compiled() -> _Compiled:
    return _Compiled()


class _Compiled:
    """Byte code of all templates in one file, named after what it was compiled from and by."""

    def __init__(self) -> None:
        made_of = [sys.version, jinja_version, *(part for item in _sources().items() for part in item)]
        self.key = hashlib.sha256("\0".join(made_of).encode()).digest()
        self.path = data_folder("templates") / "__pycache__" / f"templates.{sys.implementation.cache_tag}.bin"
        self.codes: dict[str, CodeType] = self._read()
        self.kept = len(self.codes)

    def code(self, name: str, compiled: Callable[[], CodeType]) -> CodeType:
        if name not in self.codes:
            self.codes[name] = compiled()
        return self.codes[name]

    def write(self) -> None:
        if len(self.codes) == self.kept or sys.dont_write_bytecode:
            return
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(exist_ok=True)
            temporary.write_bytes(self.key + marshal.dumps(self.codes))
            temporary.replace(self.path)
            self.kept = len(self.codes)
        except OSError:
            # A read-only installation compiles each time; it is slower, not wrong.
            with suppress(OSError):
                temporary.unlink()

    def _read(self) -> dict[str, CodeType]:
        try:
            data = self.path.read_bytes()
            kept: dict[str, CodeType] = (
                marshal.loads(data[len(self.key) :]) if data.startswith(self.key) else {}
            )
        except (OSError, ValueError, EOFError, TypeError):
            return {}
        return kept
