"""Edit: one change of a document as a person would type it: everything else stays as it is, to the byte.

A round trip through a YAML writer keeps comments and order, but not indentation, quotes, blanks and line ends. So the
text itself is edited, at the places that the reader remembers, and the result is read again: unless it says exactly
what was meant and nothing else, there is no edit. What must not come in: which changes are right, files.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from redismanifests.core.source import Source, source_from_text
from redismanifests.core.yamltext import scalar
from redismanifests.errors import ProfileRefused

if TYPE_CHECKING:
    from redismanifests.core.findings import Change, Path

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._]*")
"""What a person writes without quotes; what it then reads as is looked at before it is taken."""


class NotEditable(ValueError):
    """The document is written in a way (anchors, text over several lines) that a person must change."""


def edited(source: Source, change: Change) -> Source:
    """``source`` with ``change`` made; raises NotEditable."""
    wanted = _changed(source.value, change)
    for text in _texts(source, change):
        try:
            result = source_from_text(source.name, text)
        except ProfileRefused:
            continue
        if _same(result.value, wanted):
            return result
    raise NotEditable(f"{'.'.join(map(str, change.path))} cannot be changed without changing something else")


def _texts(source: Source, change: Change) -> list[str]:
    """What might be right, the most natural first."""
    if change.renames:
        place = source.place(change.path, at_key=True)
        return [_replaced(source.text, place, str(change.value))]
    if source.has(change.path):
        place = source.place(change.path)
        line, column, _ = place
        quote = source.line(line)[column - 1 : column]
        old = f"{quote}{change.value}{quote}" if quote in ("'", '"') and isinstance(change.value, str) else ""
        return [_replaced(source.text, place, new) for new in (old, *_written(change.value)) if new]
    return _inserted(source, change)


def _written(value: str | int | bool) -> list[str]:
    plain = [value] if isinstance(value, str) and _WORD.fullmatch(value) else []
    # Between braces, libyaml takes no colon that is not in quotes.
    quoted = [json.dumps(value)] if isinstance(value, str) else []
    return [*plain, scalar(value), *quoted]


def _replaced(text: str, place: tuple[int, int, int], new: str) -> str:
    line, column, width = place
    lines = text.splitlines(keepends=True)
    old = lines[line - 1]
    lines[line - 1] = old[: column - 1] + new + old[column - 1 + width :]
    return "".join(lines)


def _inserted(source: Source, change: Change) -> list[str]:
    """The setting before the first key of its nearest section that is written: in a line, or between the braces."""
    depth = len(change.path) - 1
    while depth and not source.has(change.path[:depth]):
        depth -= 1
    section = _at(source.value, change.path[:depth])
    if not isinstance(section, dict) or not section:
        raise NotEditable(
            f"{'.'.join(map(str, change.path[:depth])) or 'the document'} has no key to stand beside"
        )
    line, column, _ = source.place((*change.path[:depth], next(iter(section))), at_key=True)
    lines = source.text.splitlines(keepends=True)
    before = lines[line - 1][: column - 1]
    ending = lines[line - 1][len(lines[line - 1].rstrip("\r\n")) :] or "\n"
    first, *inner = change.path[depth:]
    texts = []
    for value in _written(change.value):
        setting = f"{first}: {_nested(inner, value)}"
        for new in (f"{setting}{ending}{' ' * len(before)}", f"{setting}, "):
            texts.append(_replaced(source.text, (line, column, 0), new))
    return texts


def _nested(path: list[str | int], value: str) -> str:
    return f"{{{path[0]}: {_nested(path[1:], value)}}}" if path else value


def _changed(document: Any, change: Change) -> Any:
    """The value that the edited document must have."""
    wanted = _copied(document)
    *above, last = change.path
    place = wanted
    for step in above:
        if isinstance(place, dict) and step not in place:
            place[step] = {}
        place = _at(place, (step,))
    if not isinstance(place, dict):
        _at(place, (last,))  # a list gets no new items
    if change.renames:
        if not isinstance(place, dict) or last not in place or change.value in place:
            raise NotEditable(f"{change.value} is there already")
        place[str(change.value)] = place.pop(last)
    else:
        place[last] = change.value
    return wanted


def _copied(document: Any) -> Any:
    """A copy in which an alias is a value of its own: the other places where it stands must not change."""
    if isinstance(document, dict):
        return {key: _copied(value) for key, value in document.items()}
    return [_copied(value) for value in document] if isinstance(document, list) else document


def _at(document: Any, path: Path) -> Any:
    for step in path:
        inside = isinstance(step, int) and 0 <= step < len(document) if isinstance(document, list) else False
        if not inside and not (isinstance(document, dict) and step in document):
            raise NotEditable(f"{'.'.join(map(str, path))} is not in this document")
        document = document[step]
    return document


def _same(one: Any, other: Any) -> bool:
    """Equal, and of the same types: to Python, true is 1 and 1.0 is 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and str(one) == str(other)
