"""Namespace rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM243", Severity.NOTE)
def namespace_of_the_system(profile: Profile) -> Iterator[Fault]:
    """Namespaces that begin with kube- belong to Kubernetes: quotas, policies and webhooks often leave them out.

    Many admission webhooks and network policies exempt kube-system, and a user who may write there can take over
    the cluster. Use a namespace of its own for an application's database.

    Bad:
    ```yaml
    name: redis
    namespace: kube-system
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    ```
    Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/.
    """
    if profile.namespace.startswith("kube-"):
        yield Fault(
            path=("namespace",),
            fact=f"{profile.namespace} begins with kube-, which Kubernetes keeps for itself",
            fix="use a namespace of your own",
        )
