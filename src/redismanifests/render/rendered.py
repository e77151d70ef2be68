"""Rendered: what rendering gives, as values; who only looks at them needs no templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class RenderedObject(NamedTuple):
    """One Kubernetes object: its file name, and its parsed value."""

    file: str
    manifest: dict[str, Any]


class Rendering(NamedTuple):
    """All files, in the order in which `kubectl apply -f` reads them, and the objects in them."""

    files: Mapping[str, bytes]
    objects: tuple[RenderedObject, ...]
