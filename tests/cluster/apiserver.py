"""Apiserver: etcd and kube-apiserver on 127.0.0.1, from nothing to ready, and gone again with all their files.

It is Kubernetes as far as objects go: they are stored, defaulted, validated and admitted. No controller makes a pod of
a StatefulSet, none deletes what is in a deleted namespace, and no node runs anything.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cluster import operators
from cluster.api import Api
from cluster.program import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.program import Program

ADMISSION = (
    "NamespaceLifecycle",
    "NodeRestriction",
    "ServiceAccount",
    "Priority",
    "DefaultTolerationSeconds",
    "LimitRanger",
    "PodSecurity",
    "ResourceQuota",
)
"""The plugins that decide about pods, claims and the objects we render. All but NodeRestriction are on anyway."""

PATIENCE_S = 120
"""Ready after 4 s on two idle cores; tests share theirs with builds."""


@dataclass(frozen=True)
class ApiServer:
    """A server that is ready."""

    port: int
    folder: Path
    token: str

    @property
    def certificate(self) -> Path:
        """Signed by itself, so it is also what a client trusts."""
        return self.folder / "apiserver.crt"

    @property
    def kubeconfig(self) -> Path:
        """For kubectl, as a user who may do everything."""
        return self.folder / "kubeconfig"

    def connected(self) -> Api:
        """A connection of its own; close it."""
        return Api(self.port, self.token, self.certificate)


@contextmanager
def api_server(programs: Path) -> Iterator[ApiServer]:
    """Start both programs of the folder ``programs``; stop them and remove their files at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="redismanifests-cluster.") as name, ExitStack() as stack:
        folder = Path(name)
        etcd_port, port = _free_ports(2)
        server = ApiServer(port, folder, secrets.token_hex(16))
        _write_identity(server)
        etcd = stack.enter_context(running(_etcd(programs, folder, etcd_port), folder / "etcd.log"))
        kube = stack.enter_context(running(_kube(programs, server, etcd_port), folder / "kube-apiserver.log"))
        api = stack.enter_context(closing(server.connected()))
        _wait_until_ready(api, (etcd, kube))
        operators.install(api)
        yield server


def _free_ports(count: int) -> list[int]:
    """Ports that no one listened on a moment ago."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _write_identity(server: ApiServer) -> None:
    """A key with its certificate for a day and a token, made now: nothing that opens anything is in the repository."""
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-keyout", server.folder / "apiserver.key", "-out", server.certificate, "-days", "1"),
            *("-subj", "/CN=redismanifests-tests", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    (server.folder / "tokens.csv").write_text(f'{server.token},tests,tests,"system:masters"\n')
    # JSON is YAML, and needs no quoting of ours.
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "tests",
                "cluster": {
                    "server": f"https://127.0.0.1:{server.port}",
                    "certificate-authority": str(server.certificate),
                },
            }
        ],
        "users": [{"name": "tests", "user": {"token": server.token}}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}],
        "current-context": "tests",
    }
    server.kubeconfig.write_text(json.dumps(config))


def _etcd(programs: Path, folder: Path, port: int) -> list[str | Path]:
    url = f"http://127.0.0.1:{port}"
    return [
        programs / "etcd",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        # It is alone: no one asks for this port.
        "--listen-peer-urls=http://127.0.0.1:0",
        # What is lost in a power failure was a test.
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _kube(programs: Path, server: ApiServer, etcd_port: int) -> list[str | Path]:
    key = server.folder / "apiserver.key"
    return [
        programs / "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--bind-address=127.0.0.1",
        f"--secure-port={server.port}",
        "--advertise-address=127.0.0.1",
        # The Endpoints of the Service "kubernetes" may not be 127.0.0.1, and no one uses them.
        "--endpoint-reconciler-type=none",
        f"--tls-cert-file={server.certificate}",
        f"--tls-private-key-file={key}",
        f"--token-auth-file={server.folder / 'tokens.csv'}",
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={server.certificate}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.96.0.0/16",
        f"--enable-admission-plugins={','.join(ADMISSION)}",
        "--allow-privileged=true",
    ]


def _wait_until_ready(api: Api, programs: tuple[Program, ...]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not api.ready():
        for program in programs:
            if program.ended:
                raise RuntimeError(f"{program.name} ended at its start:\n{program.last_words()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"not ready after {PATIENCE_S} s:\n{programs[-1].last_words()}")
        time.sleep(0.1)
