"""Repeated: a key that occurs twice in one mapping of a text; readers of YAML keep the last one without an error."""

from __future__ import annotations


def repeated_key(text: str) -> tuple[str, int] | None:
    """The first duplicate key in a mapping of ``text``, and the line of its second occurrence (from 1)."""
    from _ruamel_yaml import CParser  # type: ignore[import-not-found] # noqa: PLC0415 (rare)
    from ruamel.yaml import events  # noqa: PLC0415

    parser = CParser(text)
    # Open collections: the keys of a mapping (None for a list), and whether a key comes next.
    stack: list[tuple[set[str] | None, bool]] = []
    while not isinstance(event := parser.get_event(), events.StreamEndEvent):
        if isinstance(event, events.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, events.NodeEvent):
            keys, is_key = stack[-1] if stack else (None, False)
            if keys is not None:
                stack[-1] = (keys, not is_key)
                if is_key and isinstance(event, events.ScalarEvent):
                    if event.value in keys:
                        return event.value, event.start_mark.line + 1
                    keys.add(event.value)
            if isinstance(event, events.CollectionStartEvent):
                stack.append((set() if isinstance(event, events.MappingStartEvent) else None, True))
    return None
