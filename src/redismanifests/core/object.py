"""Object: a Kubernetes object, or a part of one, as it was read.

What an object of a kind holds, Kubernetes' schemas say (judge/kubernetes), which are checked at run time; mypy knows
nothing of it. So these two names are all that says `Any` of an object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from redismanifests.core.pattern import pattern

Object = Mapping[str, Any]
"""One that is only read."""
Manifest = dict[str, Any]
"""One that its holder made or copied, and may change."""
MAX_BYTES = 64 << 20
"""Of a file of objects: a build of a whole cluster is some megabytes; more is not this."""
_OBJECT = pattern(r"^(?:apiVersion|kind)\s*:|\A\s*\{\s*\"(?:apiVersion|kind|items)\"", re.MULTILINE)


def holds_objects(text: str) -> bool:
    """Whether ``text`` holds Kubernetes objects: a profile has neither ``kind`` nor ``apiVersion`` at its top."""
    return bool(_OBJECT.search(text))
