"""Mesh: pods that request the proxy of a service mesh.

Out of scope: a proxy that the namespace requests for all its pods (judge/namespace/mesh.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.formulas.mesh import INJECTORS, asks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM264", Severity.WARNING)
def proxy_in_every_pod(profile: Profile) -> Iterator[Fault]:
    """The pods request the proxy of a service mesh, and nothing here was rehearsed with one.

    An ordinary sidecar gets SIGTERM together with Redis, so the network may be gone while the hook still hands over
    the master's role. Its init container requires NET_ADMIN, which Pod Security `restricted` refuses. And a rehearsal
    does not show how a proxy treats connections that last for days.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      annotations:
        linkerd.io/inject: enabled
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    pods:
      annotations:
        linkerd.io/inject: disabled
    ```
    Source: https://github.com/istio/istio/issues/37423; https://github.com/bitnami/charts/issues/21245.
    """
    for kind, texts in (("labels", profile.pods.labels), ("annotations", profile.pods.annotations)):
        for each in INJECTORS:
            if asks(each, texts):
                where, key, value = each.way_out
                yield Fault(
                    path=("pods", kind, each.key),
                    fact="it requests a proxy in every pod: hand-over and failover were not rehearsed with one",
                    fix=f'remove it, or set pods.{where} {key} to "{value}"',
                )
