"""Pod: the first Redis pod, in which the steps of a move run (templates/migration/migrate.sh)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from redismanifests.prove.live.kubectl import Kubectl

SCRIPT = "migrate.sh"
LIMIT_S = 30.0
"""Timeout of one step, in seconds."""


class FirstPod(Protocol):
    """Where the verbs of migrate.sh are run."""

    def run(self, *arguments: str, limit_s: float = LIMIT_S) -> str:
        """The output of one verb; raises RedismanifestsError if it could not be run."""


class ClusterPod:
    """The first pod of a deployment in a cluster."""

    def __init__(self, kubectl: Kubectl, pod: str) -> None:
        """``pod`` is its name."""
        self.kubectl, self.pod = kubectl, pod

    def run(self, *arguments: str, limit_s: float = LIMIT_S) -> str:
        """The output of one verb. A verb that failed says so in its output, and its exit code is 1."""
        argv = ("sh", f"/config/{SCRIPT}", *arguments)
        answer = asyncio.run(self.kubectl.exec(self.pod, "redis", argv, limit_s))
        if answer.code > 1 or (answer.code and "failed " not in answer.output):
            raise RedismanifestsError(
                f"{self.pod} did not run {SCRIPT} {arguments[0]}: {answer.output.strip() or 'no output'}",
                "look whether the pod runs, and whether the profile with migration.from is applied",
            )
        return answer.output
