"""Yaml11: scalars that kubectl, Helm and Argo CD read by YAML 1.1, written so that a reader of YAML 1.2 agrees.

Why: ``defaultMode: 0755`` is 493 for them and 755 for YAML 1.2, and ``yes`` is true for them and a string for YAML 1.2.
Every document of Kubernetes objects that others wrote passes through here. Keys stay as they are.

Source: resolve in go.yaml.in/yaml/v2, which sigs.k8s.io/yaml uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = r"[-+]?(?:0[0-7_]*[0-7]|0b[01_]+|(?!0)[0-9]+_[0-9_]*)"
SWITCHES = dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True) | dict.fromkeys(
    ("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False
)
"""Words that are strings in YAML 1.2."""
_SUSPECT = pattern(rf"(?m)[:\-,\[]\s+(?:{_NUMBER}|{'|'.join(SWITCHES)})\s*(?:$|[#,\]}}])")
"""Looked for first: most documents have none, and parsing one takes longer than searching it."""
_WHOLE = pattern(_NUMBER)
_BORDER = pattern(r"(?m)^(?=---(?:\s|$))")


def as_kubectl_reads(text: str) -> str:
    """``text`` with each plain scalar that YAML 1.1 reads otherwise replaced; unchanged where it is no YAML.

    Lines stay lines: places in it are those of the original.
    """
    if not _SUSPECT.search(text):
        return text
    return "".join(_document(part) if _SUSPECT.search(part) else part for part in _BORDER.split(text))


def _document(text: str) -> str:
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 (rare)

    for scalars in (_fast, _slow):
        made: list[str] = []
        done = 0
        try:
            for value, begin, end in scalars(text):
                new = _read(value)
                if new != value and not text[end:].lstrip(" ").startswith(":"):
                    made += [text[done:begin], new]
                    done = end
        except YAMLError:
            continue
        return "".join([*made, text[done:]])
    return text


def _fast(text: str) -> Iterator[tuple[str, int, int]]:
    """Every plain scalar with its place, by libyaml, which refuses ``image: redis:7`` in braces."""
    from _ruamel_yaml import CParser  # type: ignore[import-not-found] # noqa: PLC0415 (rare)
    from ruamel.yaml import events  # noqa: PLC0415

    parser = CParser(text)
    while not isinstance(event := parser.get_event(), events.StreamEndEvent):
        if isinstance(event, events.ScalarEvent) and not event.style and not event.tag:
            yield event.value, event.start_mark.index, event.end_mark.index


def _slow(text: str) -> Iterator[tuple[str, int, int]]:
    """The same by a parser that takes all that kubectl takes."""
    from ruamel.yaml import YAML, events  # noqa: PLC0415 (rare)

    for event in YAML(typ="rt", pure=True).parse(text):
        if isinstance(event, events.ScalarEvent) and not event.style and not event.tag:
            yield event.value, event.start_mark.index, event.end_mark.index


def integer(text: str) -> int:
    """The number that YAML 1.1 reads in digits without underscores: a leading 0 makes them octal."""
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    for prefix, base in (("0b", 2), ("0x", 16), ("0o", 8)):
        if digits.startswith(prefix):
            return sign * int(digits[2:] or "0", base)
    octal = len(digits) > 1 and digits.startswith("0")
    return sign * int(digits, 8 if octal else 10)


def _read(scalar: str) -> str:
    if scalar in SWITCHES:
        return "true" if SWITCHES[scalar] else "false"
    if not _WHOLE.fullmatch(scalar) or len(scalar.lstrip("+-")) == 1:
        return scalar
    return str(integer(scalar.replace("_", "")))
