"""Startup rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM245", Severity.NOTE)
def broken_rollout_stays_broken(profile: Profile) -> Iterator[Fault]:
    """Kubernetes 1.35.0 to 1.35.3 does not replace the pods of a broken rollout: a good template does not help.

    Both StatefulSets start their pods at once (podManagementPolicy Parallel). On these releases unavailable pods of the
    old revision are counted, so the controller waits for pods that can never become ready. 1.35.4 has it off again.
    `verify` reads the server's release (PB204).

    Bad:
    ```yaml
    name: redis
    namespace: shop
    kubernetesVersion: "1.35"
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    kubernetesVersion: "1.36"
    ```
    Source: https://github.com/kubernetes/kubernetes/issues/137409.
    """
    if profile.kubernetes_version == "1.35":
        yield Fault(
            path=("kubernetesVersion",),
            fact="1.35.0 to 1.35.3 do not replace the pods of a broken rollout, and which patch runs is not known",
            fix="run 1.35.4 or newer: kubectl version; on an older one delete the pods of a broken rollout by hand",
        )
