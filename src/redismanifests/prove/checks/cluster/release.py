"""Release: does the cluster run a release of Kubernetes with a fault that concerns this deployment?

Out of scope: the versions that the schema knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.formulas import kubernetes
from redismanifests.prove.checks import asked
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.look import Look


def _starts_in_parallel(desired: Desired) -> bool:
    return any(item["spec"].get("podManagementPolicy") == "Parallel" for item in asked.sets(desired).values())


@probe(
    "PB204",
    remedy=Remedy(
        "Update Kubernetes to 1.35.4 or newer; until then delete the pods of a broken rollout by hand.",
        "kubectl version",
    ),
    applies=_starts_in_parallel,
)
async def broken_rollouts_can_be_mended(look: Look) -> AsyncIterator[str]:
    """The server is not Kubernetes 1.35.0 to 1.35.3, which cannot replace the pods of a broken rollout."""
    for server in await look.listed("ServerVersion"):
        name = str(server["metadata"]["name"])
        look.note("", "version", name)
        version = kubernetes.release(name)
        if version is None:
            raise NotVerifiedError(f"the server's version is {name[:40]!r}")
        if kubernetes.rollouts_get_stuck(version):
            yield (
                f"Kubernetes {name} does not replace the pods of a broken rollout of a StatefulSet with "
                "podManagementPolicy Parallel (kubernetes/kubernetes#137409): update to 1.35.4 or newer"
            )
