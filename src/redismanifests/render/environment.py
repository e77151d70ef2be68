"""Environment: Jinja with strict variables, and quoting by the template's language.

A run needs it only where no functions were made of the templates before (core/built.py).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, nodes
from jinja2.visitor import NodeTransformer

from redismanifests.core.data import template_texts
from redismanifests.render.filling import LANGUAGES, indented, language

if TYPE_CHECKING:
    from jinja2 import Template


def template(name: str) -> Template:
    """The template of this name; its name says what language it writes."""
    return _environment(language(name)).get_template(name)


def template_tree(name: str) -> nodes.Template:
    """The syntax tree of a template with those that it includes in it: an include costs as much as ten lines."""
    environment = _environment(language(name))
    tree = environment.parse(template_texts()[name], name, _shown(name))
    joined: nodes.Template = _Joining(environment).visit(tree)
    return joined


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
    environment.filters["indent"] = indented
    # Templates print facts: neither ranges nor lorem ipsum.
    environment.globals.clear()
    return environment


class _Joining(NodeTransformer):
    """Puts what an include includes in its place; a template sets no variables, so that none can leak."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802 (as jinja2 calls it)
        """The body of the included template."""
        return template_tree(cast("nodes.Const", node.template).value).body


class _Loader(BaseLoader):
    """Templates of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        """The template of this name."""
        if language(name) != self.language or name not in template_texts():
            raise TemplateNotFound(name)
        # Not make_globals: that is a chain of mappings, and copying it takes longer than a small template.
        code = environment.compile(template_tree(name), name, _shown(name))
        return environment.template_class.from_code(environment, code, environment.globals, None)


def _shown(name: str) -> str:
    return f"templates/{name}"
