"""Aliases: how large the documents of a text become when its aliases are read, asked before they are.

A page of anchors that name each other expands to billions of values, and a parser that makes them takes all memory.
"""

from __future__ import annotations

from redismanifests.core.pattern import pattern

MOST = 1_000_000
"""Values; the objects of a whole cluster are fewer."""
_ANCHOR = pattern(r"(?:^|[\s:,\[{-])&[^\s,\[\]{}]+\s*[\[{\n]")
_ALIAS = pattern(r"(?:^|[\s:,\[{-])\*[^\s,\[\]{}]+")


def refuse_bombs(text: str) -> None:
    """Raise ValueError where aliases make more than `MOST` values of ``text``. What is no YAML is not judged."""
    if not (_ANCHOR.search(text) and _ALIAS.search(text)):
        return
    from _ruamel_yaml import CParser  # type: ignore[import-not-found] # noqa: PLC0415 (rare)
    from ruamel.yaml import events  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    parser = CParser(text)
    sizes: dict[str, int] = {}
    # What is open: its anchor, and the values in it so far.
    stack: list[tuple[str | None, int]] = [(None, 0)]
    try:
        while not isinstance(event := parser.get_event(), events.StreamEndEvent):
            if isinstance(event, events.CollectionStartEvent):
                stack.append((event.anchor, 1))
                continue
            size = 0
            if isinstance(event, events.CollectionEndEvent):
                anchor, size = stack.pop()
                if anchor:
                    sizes[anchor] = size
            elif isinstance(event, events.AliasEvent):
                size = sizes.get(event.anchor, 1)
            elif isinstance(event, events.ScalarEvent):
                size = 1
            stack[-1] = (stack[-1][0], stack[-1][1] + size)
            if stack[-1][1] > MOST:
                raise ValueError(f"its aliases expand to more than {MOST} values")
    except YAMLError:
        return
