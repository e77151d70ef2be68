"""Quota: a ResourceQuota without the controller that would count for it, and when the plugin has seen it.

The plugin reads the status, which only the quota controller writes; here a test does.
"""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING

from cluster.api import DRY_RUN
from cluster.namespace import Namespace

if TYPE_CHECKING:
    from cluster.api import Answer, Api
    from deployment import Manifest

PATIENCE_S = 30

_NUMBERS = count()


def create_quota(namespace: Namespace, quota: Manifest) -> Answer:
    """Create it, and write the status that it carries as the quota controller would."""
    created = namespace.create_in("ResourceQuota", {**quota, "status": {}})
    if not created.accepted:
        return created
    at = f"{namespace.collection('ResourceQuota')}/{quota['metadata']['name']}/status"
    return namespace.api.replace(at, {**created.body, "status": quota["status"]})


def wait_for_quotas(api: Api) -> None:
    """Until the plugin has seen a quota that is made now, and so all before it: its informer takes them in order."""
    witness = Namespace(api, f"quota-witness-{next(_NUMBERS)}")
    witness.create({})
    none = {"secrets": "0"}
    quota = {
        "metadata": {"name": "witness"},
        "spec": {"hard": none},
        "status": {"hard": none, "used": none},
    }
    create_quota(witness, quota).succeeded()
    deadline = time.monotonic() + PATIENCE_S
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
    while witness.create_object(secret, DRY_RUN).accepted:
        assert time.monotonic() < deadline, "the plugin does not see a new ResourceQuota"
        time.sleep(0.05)
