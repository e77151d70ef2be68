"""Filling: a template filled with facts, by the function that was made of it, or by Jinja; the bytes are the same.

Importing Jinja and compiling the templates costs more than the rest of a run (core/built.py).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from redismanifests.core.built import built, keep
from redismanifests.core.data import template_texts
from redismanifests.core.quoting import codetext, conftext, yamltext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def filled(name: str, facts: Mapping[str, object]) -> str:
    """The template of this name, such as ``redis/statefulset.yaml.j2``, with ``facts`` in its holes."""
    if made := built().get("TEMPLATES"):
        return str(made[name](facts, LANGUAGES[language(name)], indented))
    from redismanifests.render.environment import template  # noqa: PLC0415 (mostly it was made before)

    return template(name).render(facts)


def text(name: str) -> str:
    """A file under templates/ as it is: a script, or the source of a template."""
    return template_texts()[name]


@cache
def keep_built() -> None:
    """Write what was made in this process, for the next one; once, as making it takes seconds."""
    if not built():
        from redismanifests.render.making import made  # noqa: PLC0415 (as above)

        keep(made)


def language(name: str) -> str:
    """The ending of a template's name, which says what language it writes."""
    return name[name.index(".", name.rindex("/")) :]


def indented(chapter: str, width: int) -> str:
    """Every line of ``chapter`` moved right; an empty chapter leaves no trace, unlike with Jinja's own filter."""
    margin = " " * width
    return "".join(margin + line if line.strip() else line for line in chapter.splitlines(keepends=True))
