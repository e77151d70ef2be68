"""Controlplane: etcd, kube-apiserver, kube-controller-manager and kube-scheduler in a machine of their own."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cluster.apiserver import ADMISSION
from threenodes import address
from threenodes.identity import ADMIN, Identity

if TYPE_CHECKING:
    from threenodes.machine import Machine

_HERE = Path(__file__).parent
_ETCD = "http://127.0.0.1:2379"
LOCAL = f"https://127.0.0.1:{address.API_PORT}"


@dataclass(frozen=True)
class ControlPlane:
    """The machine, the programs that it runs, and whom it knows."""

    machine: Machine
    programs: Path
    identity: Identity

    @property
    def kubeconfig(self) -> Path:
        """For the tests, over the relay."""
        return self.machine.folder / "kubeconfig"

    def start_api_server(self) -> int:
        """etcd, kube-apiserver and the relay to it; the port on the real machine."""
        self.machine.spawn(
            "etcd",
            [
                self.programs / "etcd",
                f"--data-dir={self.machine.folder / 'etcd'}",
                f"--listen-client-urls={_ETCD}",
                f"--advertise-client-urls={_ETCD}",
                "--listen-peer-urls=http://127.0.0.1:0",
                # What is lost in a power failure was a test.
                "--unsafe-no-fsync",
                "--log-level=warn",
            ],
        )
        self.machine.spawn("kube-apiserver", self._api_server())
        with socket.create_server(("127.0.0.1", 0)) as door:
            descriptor, port = door.fileno(), int(door.getsockname()[1])
            command = [sys.executable, "-S", _HERE / "relay.py", str(descriptor), str(address.API_PORT)]
            self.machine.spawn("relay", command, inherit=[descriptor])
        self.kubeconfig.write_text(self.identity.kubeconfig(ADMIN, f"https://127.0.0.1:{port}"))
        return port

    def _api_server(self) -> list[str | Path]:
        identity = self.identity
        return [
            self.programs / "kube-apiserver",
            f"--etcd-servers={_ETCD}",
            f"--advertise-address={address.CONTROL_PLANE}",
            f"--secure-port={address.API_PORT}",
            f"--tls-cert-file={identity.certificate}",
            f"--tls-private-key-file={identity.key}",
            f"--token-auth-file={identity.tokens}",
            "--authorization-mode=Node,RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={identity.certificate}",
            f"--service-account-signing-key-file={identity.key}",
            f"--service-cluster-ip-range={address.SERVICES}",
            f"--enable-admission-plugins={','.join(ADMISSION)}",
            "--allow-privileged=true",
            "--kubelet-preferred-address-types=InternalIP",
        ]

    def start_controllers(self) -> None:
        """Controllers, the scheduler, and what makes volumes for claims; the API server answers already."""
        for name in ("kube-controller-manager", "kube-scheduler"):
            config = self.machine.folder / f"{name}.kubeconfig"
            config.write_text(self.identity.kubeconfig(f"system:{name}", LOCAL))
            command = [
                self.programs / name,
                *(f"--{part}kubeconfig={config}" for part in ("", "authentication-", "authorization-")),
                "--leader-elect=false",
            ]
            if name == "kube-controller-manager":
                command += [
                    f"--service-account-private-key-file={self.identity.key}",
                    f"--root-ca-file={self.identity.certificate}",
                    "--use-service-account-credentials=true",
                ]
            self.machine.spawn(name, command)
        self._spawn_own("provisioner")

    def pretend_nodes(self, nodes: int) -> None:
        """Nodes without a kubelet, instead of real ones."""
        self._spawn_own("pretended", str(nodes))

    def _spawn_own(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"threenodes.{module}", self.machine.folder.parent, *arguments]
        self.machine.spawn(module, command, PYTHONPATH=str(_HERE.parent))
