"""Source: one YAML document with the line and column of every value.

Errors point at lines, so the reader stores the place of each key and value. It reads libyaml's events instead of its
nodes: composing nodes recurses in C, and a hundred thousand open brackets crash the process. Scalars follow the core
schema of YAML 1.2 (``yes`` is a string).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from redismanifests.core.findings import FindingKind, Path, Severity, SourceError
from redismanifests.core.pattern import pattern
from redismanifests.core.sources import yamlfault
from redismanifests.core.sources.reading import bounded, shown
from redismanifests.core.sources.yamlfault import NO_TEMPLATE

if TYPE_CHECKING:
    from pathlib import Path as FilePath

UNREADABLE_FILE = FindingKind(
    "RM001",
    "unreadable-file",
    Severity.ERROR,
    "The file is missing, is a directory, may not be read, is too large, or is not UTF-8. "
    "Check the path, its permissions and its encoding.\n\n"
    "Source: YAML 1.2.2; docs/profile.md.",
)

MALFORMED_YAML = FindingKind(
    "RM002",
    "malformed-yaml",
    Severity.ERROR,
    "The text is not one document of YAML 1.2.\n\n"
    "Tabs cannot indent. Tags and merge keys (<<) have no meaning in a profile; aliases do, within bounds.\n\n"
    "Source: YAML 1.2.2; docs/profile.md.",
)

DUPLICATE_KEY = FindingKind(
    "RM006",
    "duplicate-key",
    Severity.ERROR,
    "A key occurs twice in one mapping. Most readers keep the last one without an error.\n\n"
    "Source: YAML 1.2.2; docs/profile.md.",
)

MAX_BYTES = 1 << 20
"""Largest document. A profile has a page, a LimitRange list with managed fields some kilobytes."""
MAX_DEPTH = 64
"""Deepest nesting. Profiles have seven levels; later readers may recurse."""
MAX_NODES = 50_000
"""Most values, with aliases expanded: an alias bomb is only small on disk."""
MAX_DIGITS = 40
"""Longer numbers stay strings: no setting is that large, and Python refuses to convert very long ones."""

_MOST_BESIDE = 500
"""Names in a folder that are compared with a misspelt one."""

Place = tuple[int, int, int]
"""Line and column from 1, and the width of the text to mark."""

_INT = pattern(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = pattern(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Number(float):
    """A float with its spelling: ``0.1`` as a quantity is 100m, not a binary fraction."""

    text: str

    def __new__(cls, text: str) -> Number:
        """Read ``text``, a float of YAML's core schema."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        """Its spelling in the document."""
        return self.text


def printable(text: str) -> str:
    """``text`` as one line without control characters: unprintable characters become question marks."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


class Node:
    """A value while it is built: children by key, and the place of the value and of each key."""

    # No dataclass, like the classes below: each of them would cost a cold render 4 million instructions.
    __slots__ = ("children", "key_places", "place", "size", "value")

    def __init__(self, value: Any, place: Place) -> None:
        """One without children."""
        self.value, self.place, self.size = value, place, 1
        self.children: dict[str | int, Node] = {}
        self.key_places: dict[str | int, Place] = {}


class Source:
    """A document: its name as the user typed it, its text, its plain value, and the place of each value."""

    __slots__ = ("_root", "name", "text", "value")

    def __init__(self, name: str, text: str, value: Any = None, root: Node | None = None) -> None:
        """Without ``root`` every place is the beginning."""
        self.name, self.text, self.value, self._root = name, text, value, root

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """The place of ``path``; if it is not in the document, that of its nearest ancestor."""
        node = self._root
        if node is None:
            return 1, 1, 1
        place = node.place
        for step in path:
            child = node.children.get(step)
            if child is None:
                return place
            last = child.place
            # A missing leaf is marked at the key of its section.
            place = node.key_places.get(step, last) if at_key or child.children else last
            node = child
        return place

    def has(self, path: Path) -> bool:
        """Whether ``path`` is in the document."""
        node = self._root
        for step in path:
            node = node.children.get(step) if node else None
        return node is not None

    def line(self, number: int) -> str:
        """Line ``number``, from 1, without its end."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


def source_from_file(path: FilePath, *, shared: bool = False) -> Source:
    """Read and parse ``path``; raises SourceError with one finding.

    ``shared``: several profiles of a run name it, so that the same content is parsed once.
    """
    name = shown(path)
    try:
        data = bounded(path, MAX_BYTES)
    except FileNotFoundError:
        near = _beside(path)
        fix = f"did you mean {near[0]}?" if near else "check the path, or start one: redismanifests init"
        raise _unreadable(name, "there is no such file", fix) from None
    except IsADirectoryError:
        raise _unreadable(name, "this is a directory, not a file", "name the YAML file in it") from None
    except PermissionError:
        raise _unreadable(
            name, "no permission to read this file", "chmod u+r it, or run as its owner"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unreadable(name, f"this file cannot be read: {reason}", "check the path") from None
    return (_shared if shared else source_from_bytes)(name, data)


def _beside(path: FilePath) -> list[str]:
    """The YAML file in the same folder whose name is most similar to that of ``path``, or None."""
    from difflib import get_close_matches  # noqa: PLC0415 (only where a file is missing)

    try:
        files = [each for each in path.parent.iterdir() if each.suffix in (".yaml", ".yml")]
    except OSError:
        return []
    # Without the ending, which all of them share.
    by_stem = {each.stem: str(path.with_name(each.name)) for each in files[:_MOST_BESIDE]}
    return [by_stem[stem] for stem in get_close_matches(path.stem, by_stem, n=1, cutoff=0.75)]


def source_from_bytes(name: str, data: bytes) -> Source:
    """Decode and parse ``data``; raises SourceError."""
    if len(data) > MAX_BYTES:
        raise _unreadable(
            name, f"larger than {MAX_BYTES >> 20} MiB", "a profile is a page of YAML: name that file"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fact = f"byte 0x{data[error.start]:02x} on line {line} is not UTF-8"
        raise _unreadable(name, fact, "save the file as UTF-8 text") from None
    return source_from_text(name, text)


def source_from_text(name: str, text: str) -> Source:
    """Parse ``text``, one YAML document; raises SourceError."""
    source = Source(name, text)
    root = Reader(source).document()
    return Source(name, text, root.value, root)


@lru_cache(maxsize=8)
def _shared(name: str, data: bytes) -> Source:
    return source_from_bytes(name, data)


def _unreadable(name: str, fact: str, fix: str) -> SourceError:
    return SourceError([UNREADABLE_FILE.on(Source(name, ""), 0, 0, fact, fix)])


class Reader:
    """Events in, nodes out, with a stack of its own instead of recursion."""

    most = MAX_NODES
    """Values of a document, aliases expanded."""

    def __init__(self, source: Source) -> None:
        """Of a document whose text alone is there."""
        self.source = source
        self.anchors: dict[str, Node | None] = {}
        self.size = 0
        self.scalar: type[Any] = object

    def document(self) -> Node:
        """The one document of the source."""
        # Imported here: a command that reads no YAML does not need the reader.
        from _ruamel_yaml import CParser  # type: ignore[import-not-found] # noqa: PLC0415
        from ruamel.yaml import events  # noqa: PLC0415
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415

        self.scalar = events.ScalarEvent
        try:
            # Not a loader: it refers to itself, and would use 70 KB until the next garbage collection.
            parser = CParser(self.source.text)
            parser.get_event()  # the start of the stream
            if isinstance(parser.get_event(), events.StreamEndEvent):
                raise self._malformed("the file is empty", "write at least: name and namespace", 1, 1)
            root = self._node(parser, events)
            parser.get_event()  # the end of the document
            following = parser.get_event()
            if not isinstance(following, events.StreamEndEvent):
                line, column, _ = _place(following)
                raise self._malformed(
                    "a second document starts here", "one file contains one document", line, column
                )
        except YAMLError as error:
            raise self._from_yaml(error) from None
        return root

    def _node(self, parser: Any, events: Any) -> Node:
        closing = (events.SequenceEndEvent, events.MappingEndEvent)
        stack: list[Open] = []
        while True:
            event = parser.get_event()
            if isinstance(event, closing):
                closed = stack.pop()
                node = closed.node
                if closed.anchor:
                    self.anchors[closed.anchor] = node
            elif isinstance(event, events.AliasEvent):
                node = self._alias(event)
            else:
                node = self._opened(event, events)
                opens = not isinstance(event, events.ScalarEvent)
                if event.anchor:
                    # None until it is closed: an alias inside its own anchor has no end.
                    self.anchors[event.anchor] = None if opens else node
                if opens:
                    stack.append(Open(node, event.anchor))
                    if len(stack) > MAX_DEPTH:
                        raise self._at(
                            event, f"nested deeper than {MAX_DEPTH} levels", "flatten the document"
                        )
                    continue
            if not stack:
                return node
            self._put(stack[-1], node, event)

    def _opened(self, event: Any, events: Any) -> Node:
        self._count(1, event)
        self._tagged(event)
        if isinstance(event, events.ScalarEvent):
            plain = event.implicit[0]
            return Node(self._resolved(event.value) if plain else event.value, _place(event))
        return Node({} if isinstance(event, events.MappingStartEvent) else [], _place(event))

    def _tagged(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            raise self._at(event, f"the tag {event.tag} has no meaning here", "remove the tag")

    def _resolved(self, text: str) -> object:
        """The value of a plain scalar; another version of YAML has others."""
        return _resolved(text)

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            raise self._at(
                event, f"*{event.anchor} is an alias of nothing", f"define it above with &{event.anchor}"
            )
        target = self.anchors[event.anchor]
        if target is None:
            raise self._at(event, f"*{event.anchor} is inside its own anchor", "write the value out")
        self._count(target.size, event)
        node = Node(target.value, _place(event))
        node.children, node.key_places, node.size = target.children, target.key_places, target.size
        return node

    def _put(self, parent: Open, node: Node, event: Any) -> None:
        owner = parent.node
        owner.size += node.size
        if isinstance(owner.value, list):
            owner.children[len(owner.value)] = node
            owner.value.append(node.value)
        elif parent.key is None:
            parent.key = self._key(owner, node, event)
        else:
            owner.children[parent.key] = node
            owner.value[parent.key] = node.value
            parent.key = None

    def _key(self, owner: Node, node: Node, event: Any) -> str:
        line, column, _ = node.place
        if not isinstance(event, self.scalar):
            braces = "{{" in self.source.line(line)
            if braces:
                raise self._malformed("'{{' begins a variable of a template", NO_TEMPLATE, line, column - 1)
            raise self._malformed("a key must be a plain word", "write key: value", line, column)
        key: str = event.value
        if key == "<<":
            raise self._at(event, "YAML 1.2 has no merge keys (<<)", "write the values out")
        if key in owner.key_places:
            first = owner.key_places[key][0]
            raise SourceError(
                [
                    DUPLICATE_KEY.on(
                        self._text(),
                        line,
                        column,
                        f"{key} is already set on line {first}",
                        "keep one of the two",
                    )
                ]
            )
        owner.key_places[key] = node.place
        return key

    def _count(self, nodes: int, event: Any) -> None:
        self.size += nodes
        if self.size > self.most:
            raise self._at(
                event, f"more than {self.most} values, aliases expanded", "write a smaller document"
            )

    def _at(self, event: Any, fact: str, fix: str) -> SourceError:
        line, column, _ = _place(event)
        return self._malformed(fact, fix, line, column)

    def _text(self) -> Source:
        """The source with its text only: a finding shows its line, and has no path."""
        return Source(self.source.name, self.source.text)

    def _malformed(self, fact: str, fix: str, line: int, column: int) -> SourceError:
        return SourceError([MALFORMED_YAML.on(self._text(), line, column, fact, fix)])

    def _from_yaml(self, error: Any) -> SourceError:
        return self._malformed(*yamlfault.fault(error, self.source.text))


class Open:
    """A mapping or sequence that is not closed yet."""

    __slots__ = ("anchor", "key", "node")

    def __init__(self, node: Node, anchor: str | None) -> None:
        """One whose first key comes."""
        self.node, self.anchor = node, anchor
        self.key: str | None = None


def _place(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return start.line + 1, start.column + 1, max(width, 1)


def _resolved(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= MAX_DIGITS and _INT.fullmatch(text):
        return int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if len(text) <= MAX_DIGITS and _FLOAT.fullmatch(text):
        return Number(text)
    return text
