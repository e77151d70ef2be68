"""Owned keys: the labels and annotations that the templates write on pods.

Annotations are read from the templates themselves. A list kept by hand forgot `auth/revision`: given in the profile as
well, it was rendered twice, and the wrong one won.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from redismanifests.core.data import data_folder
from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABELS = ("app",)
"""With all labels under `app.kubernetes.io/`: labels that selectors and `kubectl get -l` rely on."""
_POD_TEMPLATES = ("redis/statefulset.yaml.j2", "sentinel/statefulset.yaml.j2")
_CHAPTER = pattern(r"^ +template:\n(?:.*\n)*? +annotations:\n((?:\{%.*\n)+)", re.MULTILINE)
_INCLUDE = pattern(r'\{% include "([^"]+)" %\}')
_KEY = pattern(r"^([A-Za-z0-9][A-Za-z0-9./_-]*):", re.MULTILINE)


def is_label(key: str) -> bool:
    """Whether the templates set this label."""
    return key in _LABELS or key.startswith("app.kubernetes.io/")


@functools.cache
def annotation_keys() -> frozenset[str]:
    """Every key that a template may write, with any profile."""
    return frozenset(key for name in _POD_TEMPLATES for key in _keys(_chapter(name)))


def _chapter(name: str) -> str:
    match = _CHAPTER.search(_text(name))
    assert match is not None, name
    return match[1]


def _keys(fragment: str) -> Iterator[str]:
    yield from _KEY.findall(fragment)
    for name in _INCLUDE.findall(fragment):
        yield from _keys(_text(name))


def _text(name: str) -> str:
    return (data_folder("templates") / name).read_text(encoding="utf-8")
