"""Cluster: the control plane and its nodes, up and down again."""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cluster.api import Api
from cluster.kubectl import Kubectl
from threenodes import image, network
from threenodes.controlplane import ControlPlane
from threenodes.identity import ADMIN, Identity
from threenodes.machine import Machine, MachineFailed
from threenodes.node import Node

if TYPE_CHECKING:
    from threenodes.places import Places

NODES = 3
"""For pods of the deployment; one more, tainted, is the application's."""
_MANIFESTS = Path(__file__).parent / "manifests"
_PATIENCE_S = 180


@dataclass
class Cluster:
    """A cluster whose files are in ``folder``; ``tied``: it ends with this process, however that ends."""

    folder: Path
    places: Places
    tied: bool = False
    control_plane: ControlPlane = field(init=False)
    nodes: list[Node] = field(init=False)

    def __post_init__(self) -> None:
        """Name everything; nothing is started."""
        identity = Identity(self.folder / "identity")
        plane = Machine("control-plane", self.folder / "control-plane")
        self.control_plane = ControlPlane(plane, self.places.kubernetes, identity)
        names = [*(f"node{number}" for number in range(1, NODES + 1)), "client"]
        self.nodes = [
            Node(
                number,
                Machine(name, self.folder / name),
                self.control_plane,
                self.places,
                len(names),
                name == "client",
            )
            for number, name in enumerate(names, 1)
        ]

    @property
    def kubectl(self) -> Kubectl:
        """The command line to it."""
        return Kubectl(str(self.places.kubernetes / "kubectl"), self.control_plane.kubeconfig)

    def up(self) -> None:
        """From nothing to ready nodes and a DNS that answers."""
        image.build(self.places)
        port = self._start_api_server()
        for node in self.nodes:
            node.start(tied=self.tied)
        self._wait_for_api(port)
        self.control_plane.start_controllers()
        for node in self.nodes:
            node.start_kubelet()
        self._said(
            ("apply", "-f", _MANIFESTS),
            *(("wait", "--for=create", f"node/{node.name}", "--timeout=60s") for node in self.nodes),
            ("wait", "--for=condition=Ready", "nodes", "--all", f"--timeout={_PATIENCE_S}s"),
            (
                "--namespace=kube-system",
                "rollout",
                "status",
                "deployment/coredns",
                f"--timeout={_PATIENCE_S}s",
            ),
        )
        for node in self.nodes:
            node.enforce_policies()

    def up_without_kubelets(self) -> None:
        """From nothing to controllers that work, and three nodes that only say that they run pods."""
        self._wait_for_api(self._start_api_server())
        self.control_plane.start_controllers()
        self.control_plane.pretend_nodes(NODES)
        self._said(
            ("apply", "-f", _MANIFESTS / "storageclass.yaml"),
            *(("wait", "--for=create", f"node/pretended{n}", "--timeout=60s") for n in range(1, NODES + 1)),
            ("wait", "--for=condition=Ready", "nodes", "--all", f"--timeout={_PATIENCE_S}s"),
            ("wait", "--for=create", "serviceaccount/default", "--timeout=60s"),
        )

    def _start_api_server(self) -> int:
        plane = self.control_plane
        plane.identity.make(tuple(node.name for node in self.nodes))
        plane.machine.start(tied=self.tied)
        network.lay(plane.machine)
        return plane.start_api_server()

    def _wait_for_api(self, port: int) -> None:
        identity = self.control_plane.identity
        deadline = time.monotonic() + _PATIENCE_S
        with closing(Api(port, identity.token(ADMIN), identity.certificate)) as api:
            while not api.ready():
                if time.monotonic() > deadline:
                    log = self.control_plane.machine.folder / "log" / "kube-apiserver"
                    raise MachineFailed(f"kube-apiserver is not ready: {log.read_text()[-2000:]}")
                time.sleep(0.2)

    def _said(self, *wanted: tuple[str | Path, ...]) -> None:
        for words in wanted:
            said = self.kubectl(*words)
            if said.code:
                raise MachineFailed(f"kubectl {' '.join(map(str, words))}: {said.errors}")

    def node(self, name: str) -> Node:
        """A node by its name."""
        return next(node for node in self.nodes if node.name == name)

    def power_on(self, name: str) -> None:
        """Start a node whose power was cut, on its old disk."""
        node = self.node(name)
        node.start(tied=self.tied)
        node.start_kubelet()
        node.enforce_policies()

    def down(self) -> None:
        """Cut the power of everything, and remove every file."""
        for node in self.nodes:
            node.power_off()
        self.control_plane.machine.stop()
        if self.folder.exists():
            shutil.rmtree(self.folder)
