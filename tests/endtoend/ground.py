"""Ground: the cluster that the suite runs on, one of ours or a contributor's.

KUBECONFIG names a contributor's (kind, k3d, anything): it pulls its own images, its default storage class holds the
volumes, and what needs a hand on a node is left out. What must not come in: deployments.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from cluster.kubectl import Kubectl
from threenodes import image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployment import Manifest
    from threenodes.cluster import Cluster


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

    def carry_images(self, objects: Iterable[Manifest]) -> None:
        """Let our images be known by the names that the manifests have."""
        if self.cluster is None:
            return
        pods = (each["spec"]["template"]["spec"] for each in objects if each["kind"] == "StatefulSet")
        for name in {container["image"] for pod in pods for container in pod["containers"]}:
            full = f"docker.io/{name}" if "/" in name else f"docker.io/library/{name}"
            ours = image.EXPORTER if "exporter" in name else image.REDIS
            for node in self.cluster.nodes:
                image.tag(node.machine, ours, full)


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
