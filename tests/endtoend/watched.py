"""Watched: what is gone with its pod, kept while a block runs.

The kubelet writes how a container ended into the pod before the pod goes: exit code 137 where SIGTERM was not enough.
What a hook said goes with the log of the container.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from endtoend.deployed import Deployed

_SIGKILL = 137


@dataclass(frozen=True)
class Watch:
    """What is kept of a deployment's pods."""

    log: Path
    """All their states, as the API server told them."""
    said: Path
    """What the Redis pods that ran at the beginning said, hooks among it."""
    pods: frozenset[str]

    def states(self) -> Iterator[dict[str, Any]]:
        """One pod after the other, each as often as it changed."""
        text, decoder, at = self.log.read_text(), json.JSONDecoder(), 0
        while (start := text.find("{", at)) >= 0:
            try:
                pod, at = decoder.raw_decode(text, start)
            except json.JSONDecodeError:
                # Cut off in the middle of a line.
                return
            yield pod

    def killed(self) -> list[str]:
        """POD/CONTAINER of those that went on their way out with SIGKILL."""
        found = set()
        for pod in self.states():
            if pod["metadata"]["name"] not in self.pods or "deletionTimestamp" not in pod["metadata"]:
                continue
            for each in pod["status"].get("containerStatuses", ()):
                if each["state"].get("terminated", {}).get("exitCode") == _SIGKILL:
                    found.add(f"{pod['metadata']['name']}/{each['name']}")
        return sorted(found)


@contextmanager
def watched(deployed: Deployed, room: Path) -> Iterator[Watch]:
    """Watch the namespace's pods, and listen to Redis, while the block runs."""
    watch = Watch(room / "pods.json", room / "redis.log", frozenset(deployed.everything()))
    redis = "--selector=app.kubernetes.io/component=redis"
    with ExitStack() as stack:
        _follow(stack, deployed, watch.log, "get", "pods", "--watch", "--output=json")
        _follow(
            stack,
            deployed,
            watch.said,
            "logs",
            redis,
            "--container=redis",
            "--follow",
            "--tail=0",
            "--prefix",
        )
        yield watch


def _follow(stack: ExitStack, deployed: Deployed, file: Path, *words: str) -> None:
    kubectl = deployed.kubectl
    command = [kubectl.program, f"--kubeconfig={kubectl.kubeconfig}", "-n", deployed.namespace, *words]
    output = stack.enter_context(file.open("wb"))
    process = subprocess.Popen(command, stdout=output, start_new_session=True)
    stack.callback(process.wait, 10)
    stack.callback(process.terminate)
