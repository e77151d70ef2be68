"""Edit: makes one change in the text of a document; every other byte stays the same.

A round trip through a YAML writer keeps comments and order, but not indentation, quotes, blanks and line ends. So the
text is edited at the places that the reader stored. The result is read again, and accepted only if it has exactly the
intended value and no other change.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redismanifests.core.findings import ProfileRefused
from redismanifests.core.pattern import pattern
from redismanifests.core.quoting.yamltext import scalar
from redismanifests.core.sources.source import Source, source_from_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redismanifests.core.findings import Change, Path

_WORD = pattern(r"[A-Za-z0-9][A-Za-z0-9._]*")
"""Values that can be written without quotes; the result is checked before it is accepted."""


class NotEditable(ValueError):
    """The document uses a style (anchors, strings over several lines) that must be changed by hand."""


def _no_order(path: Path) -> Sequence[str]:
    return ()


def edited(source: Source, change: Change, order: Callable[[Path], Sequence[str]] = _no_order) -> Source:
    """``source`` with ``change``; raises NotEditable.

    ``order``: returns the keys of the section at a path in their usual order; a new key is inserted accordingly.
    """
    wanted = _changed(source.value, change)
    for text in _texts(source, change, order):
        try:
            result = source_from_text(source.name, text)
        except ProfileRefused:
            continue
        if _same(result.value, wanted):
            return result
    raise NotEditable(f"{'.'.join(map(str, change.path))} cannot be changed without changing something else")


def _texts(source: Source, change: Change, order: Callable[[Path], Sequence[str]]) -> list[str]:
    """Candidates for the edited text, the most natural first."""
    if change.renames:
        place = source.place(change.path, at_key=True)
        return [_replaced(source.text, place, str(change.value))]
    if source.has(change.path):
        place = source.place(change.path)
        line, column, _ = place
        quote = source.line(line)[column - 1 : column]
        old = f"{quote}{change.value}{quote}" if quote in ("'", '"') and isinstance(change.value, str) else ""
        return [_replaced(source.text, place, new) for new in (old, *_written(change.value)) if new]
    return [*_block(source, change, order), *_inserted(source, change)]


def _written(value: str | int | bool) -> list[str]:
    plain = [value] if isinstance(value, str) and _WORD.fullmatch(value) else []
    # Between braces, libyaml refuses a colon that is not in quotes.
    quoted = [json.dumps(value)] if isinstance(value, str) else []
    return [*plain, scalar(value), *quoted]


def _replaced(text: str, place: tuple[int, int, int], new: str) -> str:
    line, column, width = place
    lines = text.splitlines(keepends=True)
    old = lines[line - 1]
    lines[line - 1] = old[: column - 1] + new + old[column - 1 + width :]
    return "".join(lines)


def _block(source: Source, change: Change, order: Callable[[Path], Sequence[str]]) -> list[str]:
    """The setting on lines of its own, below the last key of its section that comes before it; none between braces."""
    depth = len(change.path) - 1
    while depth and not source.has(change.path[:depth]):
        depth -= 1
    above, rest = change.path[:depth], [str(step) for step in change.path[depth:]]
    section = _at(source.value, above)
    if not isinstance(section, dict) or not section:
        return []
    places = {key: source.place((*above, key), at_key=True) for key in section}
    lines = source.text.splitlines(keepends=True)
    if any(lines[line - 1][: column - 1].strip() for line, column, _ in places.values()):
        return []
    known = list(order(above))
    rank = {key: known.index(key) for key in (*section, rest[0]) if key in known}
    before = [key for key in section if rank.get(key, -1) < rank.get(rest[0], len(known))]
    first_line, column, _ = min(places.values())
    after = _last_line(lines, max(places[key] for key in before)) if before else _above(lines, first_line)
    ending = "\r\n" if source.text.count("\r\n") else "\n"
    step = _indentation(lines)
    margins = [" " * (column - 1 + level * step) for level in range(len(rest))]
    texts = []
    for value in _written(change.value):
        new = [f"{margin}{key}:" for margin, key in zip(margins, rest, strict=True)]
        new[-1] += f" {value}"
        head = lines[:after]
        if head and not head[-1].endswith(("\n", "\r")):
            head = [*head[:-1], head[-1] + ending]
        texts.append("".join([*head, *(line + ending for line in new), *lines[after:]]))
    return texts


def _last_line(lines: list[str], place: tuple[int, int, int]) -> int:
    """The number of the last line of the setting whose key is at ``place``; comments behind it belong to the next."""
    line, column, _ = place
    last = line
    for number, text in enumerate(lines[line:], line + 1):
        content = text.strip()
        if not content or content.startswith("#"):
            continue
        indented = len(text) - len(text.lstrip(" "))
        if indented < column - 1 or (indented == column - 1 and not content.startswith("- ")):
            break
        last = number
    return last


def _above(lines: list[str], line: int) -> int:
    """The number of lines before a key and its comment; a comment at the start belongs to the whole document."""
    number = line - 1
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return number or line - 1


def _indentation(lines: list[str]) -> int:
    """The indentation of the document: that of its first indented line."""
    for text in lines:
        content = text.strip()
        if text.startswith(" ") and content and content[0] not in "#-":
            return len(text) - len(text.lstrip(" "))
    return 2


def _inserted(source: Source, change: Change) -> list[str]:
    """The setting before the first key of its nearest section that is written: in a line, or between the braces."""
    depth = len(change.path) - 1
    while depth and not source.has(change.path[:depth]):
        depth -= 1
    section = _at(source.value, change.path[:depth])
    if not isinstance(section, dict) or not section:
        raise NotEditable(
            f"{'.'.join(map(str, change.path[:depth])) or 'the document'} has no key next to which it could be added"
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


def _copied(document: object) -> Any:
    """A copy in which each alias is a separate value, so that the other places do not change."""
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


def _same(one: object, other: object) -> bool:
    """Equal, and of the same types; in Python, true == 1 and 1.0 == 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and str(one) == str(other)
