"""Functions: a template as plain Python, which fills it without Jinja.

A template prints facts, takes branches and loops over lists (docs/architecture.md), so a function of it is short. The
Environment is the other way to the same bytes; tests compare both.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, cast

from jinja2 import nodes

from redismanifests.render.environment import template_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def function(name: str, template: str) -> str:
    """The source of a function ``name``: from facts, the quoting of a hole, and `indented`, to the filled template."""
    lines = (f"    {line}\n" for line in _Body().lines(template_tree(template).body, "out", {}))
    head = f"def {name}(facts, quoted, indented):\n    out = []\n"
    return f"{head}{''.join(lines)}    return ''.join(out)\n"


class _Body:
    """The statements of one function."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def lines(self, body: Sequence[nodes.Node], out: str, loops: Mapping[str, str]) -> Iterator[str]:
        """Statements that append to the list ``out``; ``loops``: variables of loops around them, as in the function."""
        for node in body:
            match node:
                case nodes.Output():
                    parts = (self._part(part, loops) for part in node.nodes)
                    yield f"{out} += ({''.join(f'{part}, ' for part in parts)})"
                case nodes.If(elif_=[]):
                    yield f"if {_expression(node.test, loops)}:"
                    yield from self._below(node.body, out, loops)
                    if node.else_:
                        yield "else:"
                        yield from self._below(node.else_, out, loops)
                case nodes.For(target=nodes.Name(), else_=[], test=None, recursive=False):
                    each = cast("nodes.Name", node.target).name
                    variable = f"{each}_{next(self._numbers)}"
                    yield f"for {variable} in {_expression(node.iter, loops)}:"
                    yield from self._below(node.body, out, {**loops, each: variable})
                case nodes.FilterBlock(filter=nodes.Filter(name="indent", args=[nodes.Const(value=width)])):
                    chapter = f"out_{next(self._numbers)}"
                    yield f"{chapter} = []"
                    yield from self.lines(node.body, chapter, loops)
                    yield f"{out}.append(indented(''.join({chapter}), {width}))"
                case _:
                    raise NotImplementedError(f"line {node.lineno}: no template has {node}")

    def _below(self, body: Sequence[nodes.Node], out: str, loops: Mapping[str, str]) -> Iterator[str]:
        yield from (f"    {line}" for line in self.lines(body, out, loops))

    def _part(self, part: nodes.Expr, loops: Mapping[str, str]) -> str:
        if isinstance(part, nodes.TemplateData):
            return repr(part.data)
        return f"quoted({_expression(part, loops)})"


def _expression(node: nodes.Node, loops: Mapping[str, str]) -> str:
    match node:
        case nodes.Name(name=name):
            return loops.get(name, f"facts[{name!r}]")
        case nodes.Getattr(node=of, attr=attribute):
            return f"{_expression(of, loops)}.{attribute}"
    raise NotImplementedError(f"line {node.lineno}: no template has {node}")
