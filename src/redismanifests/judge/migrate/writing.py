"""Writing: the text of a profile, in the order of its settings, with the source of each line as a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.quoting.yamltext import scalar
from redismanifests.core.sources.source import printable
from redismanifests.profile.place import keys_in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.judge.migrate.facts import Line

_HEAD = "# yaml-language-server: $schema=redismanifests.schema.json\n"
_WIDEST = 100


def profile_text(
    title: str, lines: Mapping[tuple[str, ...], Line], waivers: Sequence[tuple[str, str, str]]
) -> str:
    """The profile; ``title`` is its first comment, a waiver is a code, a path and a reason."""
    tree: dict[str, Any] = {}
    for place, line in lines.items():
        here = tree
        for step in place[:-1]:
            here = here.setdefault(step, {})
        here[place[-1]] = line
    text = f"{_HEAD}# {_comment(title)}\nschemaVersion: 1\n"
    text += "".join(f"{each}\n" for each in _section(tree, ()))
    if waivers:
        text += "\nwaivers:\n"
        for code, where, reason in waivers:
            text += f"  - finding: {code}\n    path: {scalar(where)}\n    reason: {scalar(reason)}\n"
    return text


def _section(tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    order = {key: at for at, key in enumerate(keys_in_order(path))}
    for key in sorted(tree, key=lambda key: (order.get(key, len(order)), key)):
        value = tree[key]
        if not path and isinstance(value, dict):
            yield ""
        indent = "  " * len(path)
        if isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from _section(value, (*path, key))
        else:
            yield from _line(indent, key, value)


def _line(indent: str, key: str, line: Line) -> Iterator[str]:
    comment = f"  # {_comment(line.comment)}" if line.comment else ""
    if isinstance(line.value, dict):
        yield f"{indent}{key}:{comment}"
        yield from (f"{indent}  {scalar(name)}: {scalar(each)}" for name, each in line.value.items())
    elif isinstance(line.value, list) and line.value:
        yield f"{indent}{key}:{comment}"
        for each in line.value:
            yield f"{indent}  - {_flow(each)}"
    else:
        value = "[]" if line.value == [] else scalar(line.value)
        yield f"{indent}{key}: {value}{comment}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {scalar(each)}" for key, each in value.items()) + "}"
    return scalar(value)


def _comment(text: str) -> str:
    return printable(text)[:_WIDEST]
