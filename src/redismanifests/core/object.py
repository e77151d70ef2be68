"""Object: a Kubernetes object, or a part of one, as it was read.

What an object of a kind holds, Kubernetes' schemas say (judge/kubernetes), which are checked at run time; mypy knows
nothing of it. So these two names are all that says `Any` of an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]
"""One that is only read."""
Manifest = dict[str, Any]
"""One that its holder made or copied, and may change."""
