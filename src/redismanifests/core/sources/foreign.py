"""Foreign: reads YAML that other tools wrote, as they read it: YAML 1.1, several documents, merge keys, repeated keys.

Helm, Flux and kubectl read with go-yaml: `yes` is true, 0755 is octal, `<<` merges, the last of two equal keys counts.
A message never shows a line of the text: it may contain a password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.pattern import pattern
from redismanifests.core.sources.source import MAX_DIGITS, Number, Reader, Source
from redismanifests.core.sources.yaml11 import SWITCHES, integer
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    import re

    from redismanifests.core.findings import SourceError
    from redismanifests.core.sources.source import Node, Open

_SWITCHES = SWITCHES | {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NULLS = ("", "~", "null", "Null", "NULL")
_INT = pattern(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[1-9][0-9_]*|0)")
_FLOAT = pattern(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MERGE = "<<"
MAX_FOREIGN_BYTES = 8 << 20
"""Of a source: the objects of a namespace, as kubectl prints them."""
MAX_FOREIGN_VALUES = 400_000
"""As many as a source of that size has."""
_FIRST_LINES = pattern(r"\A(?:[ \t]*(?:#[^\n]*)?\n)*(?:USER-SUPPLIED|COMPUTED) VALUES:[ \t]*\n")
"""What `helm get values` prints first."""


def foreign_documents(name: str, data: bytes) -> tuple[Source, ...]:
    """The documents of ``data``; raises RedismanifestsError with the place where it is no YAML."""
    if len(data) > MAX_FOREIGN_BYTES:
        raise RedismanifestsError(
            f"{name} is larger than {MAX_FOREIGN_BYTES >> 20} MiB", "give one deployment"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RedismanifestsError(
            f"{name}:{line}: byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8 text"
        ) from None
    return foreign_texts(name, _FIRST_LINES.sub(_blank, text))


def _blank(found: re.Match[str]) -> str:
    """As many empty lines: what follows keeps its number."""
    return "\n" * found[0].count("\n")


def foreign_texts(name: str, text: str) -> tuple[Source, ...]:
    """As `foreign_documents`, for a text."""
    from redismanifests.core.findings import SourceError  # noqa: PLC0415 (only where it is read)

    try:
        return tuple(_Foreign(Source(name, text)).documents())
    except SourceError as error:
        raise _without_its_line(error) from None


def _without_its_line(error: SourceError) -> RedismanifestsError:
    finding = error.findings[0]
    line, column, _ = finding.place()
    name = finding.source.name if finding.source else ""
    return RedismanifestsError(f"{name}:{line}:{column}: {finding.fact}", finding.fix)


class _Foreign(Reader):
    """Differs in scalars, keys, tags, and the number of documents and values."""

    most = MAX_FOREIGN_VALUES

    def documents(self) -> list[Source]:
        """Every document that is not empty."""
        from _ruamel_yaml import CParser  # type: ignore[import-not-found] # noqa: PLC0415 (as in source)
        from ruamel.yaml import YAML  # noqa: PLC0415
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415

        try:
            return self._all(CParser(self.source.text))
        except YAMLError as error:
            # go-yaml takes {url: https://...}, the C library does not; the slow reader does.
            try:
                return self._all(YAML(pure=True).get_constructor_parser(self.source.text)[1])
            except YAMLError:
                raise self._from_yaml(error) from None

    def _all(self, parser: Any) -> list[Source]:
        from ruamel.yaml import events  # noqa: PLC0415

        self.scalar, self.size = events.ScalarEvent, 0
        found = []
        parser.get_event()  # the start of the stream
        while not isinstance(parser.get_event(), events.StreamEndEvent):
            self.anchors = {}
            root = self._node(parser, events)
            parser.get_event()  # the end of the document
            if root.value is not None:
                found.append(Source(self.source.name, self.source.text, root.value, root))
        return found

    def _resolved(self, text: str) -> object:
        if text in _NULLS:
            return None
        if text in _SWITCHES:
            return _SWITCHES[text]
        if len(text) <= MAX_DIGITS and _INT.fullmatch(text):
            return integer(text.replace("_", ""))
        if len(text) <= MAX_DIGITS and _FLOAT.fullmatch(text):
            return Number(text)
        return text

    def _tagged(self, event: Any) -> None:
        """A tag of another tool changes nothing that is read here."""

    def _key(self, owner: Node, node: Node, event: Any) -> str:
        line, column, _ = node.place
        if not isinstance(event, self.scalar):
            raise self._malformed("a key must be a plain word", "write key: value", line, column)
        key: str = event.value
        if key != _MERGE:
            owner.key_places[key] = node.place
        return key

    def _put(self, parent: Open, node: Node, event: Any) -> None:
        merges = parent.key == _MERGE and isinstance(parent.node.value, dict)
        super()._put(parent, node, event)
        if merges:
            owner = parent.node
            owner.children.pop(_MERGE)
            merged = owner.value.pop(_MERGE)
            owners = list(node.children.values()) if isinstance(merged, list) else [node]
            for each in owners:
                _merge(owner, each)


def _merge(owner: Node, other: Node) -> None:
    """What ``owner`` does not set itself; keys that follow `<<` replace what it brought."""
    if isinstance(other.value, dict):
        for key, child in other.children.items():
            if key not in owner.children:
                owner.children[key] = child
                owner.value[key] = child.value
                owner.key_places[key] = other.key_places.get(key, child.place)
