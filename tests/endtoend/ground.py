"""Ground: the cluster that the suite runs on, one of ours or a contributor's.

KUBECONFIG names a contributor's (kind, k3d, anything): it pulls its own images, its default storage class holds the
volumes, and what needs a hand on a node is left out.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from cluster.kubectl import Kubectl
from endtoend.combination import PLUGIN_TTL_S
from threenodes import image, provided

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployment import Manifest
    from threenodes.cluster import Cluster


_PLUGIN = "fallthrough in-addr.arpa ip6.arpa"
"""The line of the Corefile behind which the TTL stands."""
_TTL = re.compile(r"\n *ttl \d+")


@dataclass(frozen=True)
class Ground:
    """``cluster`` where the nodes are ours."""

    kubectl: Kubectl
    cluster: Cluster | None
    application_image: str

    @property
    def kubernetes(self) -> str:
        """Its version as a profile names it: ``1.32``."""
        server = json.loads(self.kubectl("version", "--output=json").output)["serverVersion"]
        return f"{server['major']}.{server['minor'].rstrip('+')}"

    @property
    def environment(self) -> dict[str, str]:
        """In which our commands find the cluster's own kubectl."""
        path = f"{Path(self.kubectl.program).parent}:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"}

    def provide(self, objects: Iterable[Manifest]) -> None:
        """What the manifests name and a cluster's owner makes: priority classes, and on our nodes all the rest."""
        list(provided.create(self.kubectl, provided.classes(objects, storage=self.cluster is not None)))

    def remember_names_for(self, seconds: int) -> None:
        """Let the cluster's DNS answer with this TTL, from now on and with nothing remembered."""
        there = ("--namespace=kube-system", "configmap/coredns")
        config = json.loads(self.kubectl("get", *there, "--output=json").output)
        old = config["data"]["Corefile"]
        new = _TTL.sub("", old)
        if seconds != PLUGIN_TTL_S:
            new = new.replace(_PLUGIN, f"{_PLUGIN}\n        ttl {seconds}", 1)
        if new == old:
            return
        patch = json.dumps({"data": {"Corefile": new}})
        for words in (
            ("patch", *there, "--patch", patch),
            ("rollout", "restart", "--namespace=kube-system", "deployment/coredns"),
            ("rollout", "status", "--namespace=kube-system", "deployment/coredns", "--timeout=120s"),
        ):
            said = self.kubectl(*words)
            assert said.code == 0, said.errors

    def carry_images(self, objects: Iterable[Manifest]) -> None:
        """Let our images be known by the names that the manifests have."""
        if self.cluster:
            list(provided.images(self.cluster, objects))


def of_a_contributor() -> Ground | str | None:
    """The cluster of KUBECONFIG; why it cannot be used, in one line; None where the variable is not set."""
    kubeconfig, program = os.environ.get("KUBECONFIG"), which("kubectl")
    if not kubeconfig:
        return None
    if program is None:
        return "KUBECONFIG is set, and kubectl is not on PATH"
    application = os.environ.get("APPLICATION_IMAGE")
    if not application:
        return (
            "KUBECONFIG is set: set APPLICATION_IMAGE as well, to an image with python3 and its package redis"
        )
    ground = Ground(Kubectl(program, Path(kubeconfig)), None, application)
    answered = ground.kubectl("get", "--raw", "/readyz")
    return (
        ground
        if answered.code == 0
        else f"the cluster of KUBECONFIG does not answer: {answered.errors.strip()}"
    )


def of_ours(cluster: Cluster) -> Ground:
    """Three nodes on this machine."""
    return Ground(cluster.kubectl, cluster, image.CLIENT)
