"""Mutants: a rule's function with one comparison or condition turned round, compiled in the place of the original.

Nothing is written: the code object of the living function is swapped, so that everybody who holds the function meets
the mutant, and swapped back.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, ModuleType

_FLIPPED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_TURNED_ITSELF = (ast.Compare, ast.BoolOp)
"""Conditions that need no negation: they are changed as what they are."""


class Mutant(NamedTuple):
    """One change: where, what stood there, what stands there now."""

    function: Callable[..., object]
    line: int
    was: str
    now: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.function.__name__}:{self.line}: {self.was} -> {self.now}"

    @contextmanager
    def alive(self) -> Iterator[None]:
        """While this lasts, the function is the mutant."""
        original = self.function.__code__  # type: ignore[attr-defined]
        self.function.__code__ = self.code  # type: ignore[attr-defined]
        try:
            yield
        finally:
            self.function.__code__ = original  # type: ignore[attr-defined]


def functions(module: ModuleType) -> Iterator[Callable[..., object]]:
    """The plain functions that are written in a module, and the methods of its classes."""
    for value in vars(module).values():
        within = vars(value).values() if inspect.isclass(value) else (value,)
        for each in within:
            inner = inspect.unwrap(each) if callable(each) else each
            if isinstance(inner, FunctionType) and inner.__code__.co_filename == module.__file__:
                yield inner


def mutants(function: Callable[..., object]) -> list[Mutant]:
    """Every mutant of a function."""
    source = textwrap.dedent(inspect.getsource(function))
    count = len(list(_changes(ast.parse(source))))
    made = []
    for number in range(count):
        tree = ast.parse(source)
        was, change = list(_changes(tree))[number]
        node = change()
        definition = next(n for n in tree.body if isinstance(n, ast.FunctionDef))
        definition.decorator_list = []
        future = ast.parse("from __future__ import annotations").body
        module = ast.fix_missing_locations(ast.Module(body=[*future, definition], type_ignores=[]))
        compiled = compile(module, inspect.getfile(function), "exec")
        code = next(c for c in compiled.co_consts if getattr(c, "co_name", "") == definition.name)
        made.append(Mutant(function, getattr(node, "lineno", 0), was, ast.unparse(node), code))
    return made


def _changes(tree: ast.Module) -> Iterator[tuple[str, Callable[[], ast.expr]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for place, operator in enumerate(node.ops):
                for flipped in _FLIPPED[type(operator)]:
                    yield ast.unparse(node), _compared(node, place, flipped())
        elif isinstance(node, ast.BoolOp):
            yield ast.unparse(node), _joined(node)
            for place, value in enumerate(node.values):
                if isinstance(node.op, ast.And) and not isinstance(value, _TURNED_ITSELF):
                    yield ast.unparse(node), _operand(node, place)
        elif isinstance(node, (ast.If, ast.IfExp)) and not isinstance(node.test, _TURNED_ITSELF):
            yield f"if {ast.unparse(node.test)}", _negated(node)
        elif isinstance(node, ast.comprehension):
            for place, condition in enumerate(node.ifs):
                if not isinstance(condition, _TURNED_ITSELF):
                    yield f"if {ast.unparse(condition)}", _filtered(node, place)


def _compared(node: ast.Compare, place: int, operator: ast.cmpop) -> Callable[[], ast.expr]:
    def change() -> ast.expr:
        node.ops[place] = operator
        return node

    return change


def _joined(node: ast.BoolOp) -> Callable[[], ast.expr]:
    def change() -> ast.expr:
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    return change


def _negated(node: ast.If | ast.IfExp) -> Callable[[], ast.expr]:
    def change() -> ast.expr:
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return node.test

    return change


def _filtered(node: ast.comprehension, place: int) -> Callable[[], ast.expr]:
    def change() -> ast.expr:
        node.ifs[place] = ast.copy_location(ast.UnaryOp(ast.Not(), node.ifs[place]), node.ifs[place])
        return node.ifs[place]

    return change


def _operand(node: ast.BoolOp, place: int) -> Callable[[], ast.expr]:
    def change() -> ast.expr:
        node.values[place] = ast.copy_location(ast.UnaryOp(ast.Not(), node.values[place]), node.values[place])
        return node

    return change
