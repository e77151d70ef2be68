"""Witness: when the LimitRanger plugin has seen every LimitRange that was made before now.

It learns of them through an informer, some milliseconds after the API server has stored them.
"""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, Any

from cluster.api import DRY_RUN
from cluster.namespace import Namespace

if TYPE_CHECKING:
    from cluster.api import Api

PATIENCE_S = 30

_NUMBERS = count()


def wait_for_limit_ranges(api: Api) -> None:
    """Until a LimitRange that is made now refuses a pod: the informer takes them in order."""
    namespace = Namespace(api, f"witness-{next(_NUMBERS)}")
    limits: list[dict[str, Any]] = [{"type": "Container", "min": {"cpu": "1"}}]
    namespace.create({}, ({"metadata": {"name": "witness"}, "spec": {"limits": limits}},))
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": "1m"}}}
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [container]}}
    deadline = time.monotonic() + PATIENCE_S
    while namespace.create_in("Pod", pod, DRY_RUN).accepted:
        assert time.monotonic() < deadline, "the plugin does not see a LimitRange"
        time.sleep(0.05)
