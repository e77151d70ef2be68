"""Environment: Jinja with strict variables, and quoting by the template's language.

Compiling the templates costs more than the rest of a run, so their code is made when the package is built
(core/built.py).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, nodes
from jinja2.visitor import NodeTransformer

from redismanifests.core.built import built, keep
from redismanifests.core.data import template_texts
from redismanifests.core.quoting import codetext, conftext, yamltext

if TYPE_CHECKING:
    from collections.abc import Callable

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
    return _environment(_language(name)).get_template(name)


def text(name: str) -> str:
    """A file under templates/ as it is: a script, or the source of a template."""
    return template_texts()[name]


def template_source(name: str) -> str:
    """The template of this name as a Python module."""
    environment = _environment(_language(name))
    return environment.compile(_joined(environment, name), name, _shown(name), raw=True)


@cache
def keep_built() -> None:
    """Write what was made in this process, for the next one; once, as making it takes seconds."""
    if not built():
        from redismanifests.render.making import made  # noqa: PLC0415 (mostly it was made before)

        keep(made)


def _language(name: str) -> str:
    return name[name.index(".", name.rindex("/")) :]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=_Loader(language),
        undefined=StrictUndefined,
        # Not HTML: this is the escape of the language that the template writes.
        autoescape=False,
        finalize=LANGUAGES[language],
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


def _joined(environment: Environment, name: str) -> nodes.Template:
    """The syntax tree of a template with those that it includes in it: an include costs as much as ten lines."""
    tree = environment.parse(template_texts()[name], name, _shown(name))
    joined: nodes.Template = _Joining(environment).visit(tree)
    return joined


class _Joining(NodeTransformer):
    """Puts what an include includes in its place; a template sets no variables, so that none can leak."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802 (as jinja2 calls it)
        """The body of the included template."""
        return _joined(self.environment, cast("nodes.Const", node.template).value).body


class _Loader(BaseLoader):
    """Templates of one language, from code that was made before where there is some."""

    def __init__(self, language: str) -> None:
        self.language = language

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        """The template of this name."""
        if _language(name) != self.language or name not in template_texts():
            raise TemplateNotFound(name)
        # Not make_globals: that is a chain of mappings, and copying it takes longer than a small template.
        if made := built().get("TEMPLATES"):
            names = {**made[name](environment), "__file__": _shown(name)}
            return environment.template_class.from_module_dict(environment, names, environment.globals)
        code = environment.compile(_joined(environment, name), name, _shown(name))
        return environment.template_class.from_code(environment, code, environment.globals, None)


def _shown(name: str) -> str:
    return f"templates/{name}"
