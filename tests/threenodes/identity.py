"""Identity: the certificate of the API server, and a token with its kubeconfig for everyone who asks it.

Made again for each cluster: nothing that opens anything is in the repository.
"""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from threenodes import address

if TYPE_CHECKING:
    from pathlib import Path

ADMIN = "tests"
_NAMES = ("localhost", *("kubernetes" + end for end in ("", ".default", ".default.svc")))


@dataclass(frozen=True)
class Identity:
    """What the control plane knows of users; ``folder`` holds it."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """Signed by itself, so it is also what a client trusts."""
        return self.folder / "apiserver.crt"

    @property
    def key(self) -> Path:
        """Its key; service accounts' tokens are signed with it as well."""
        return self.folder / "apiserver.key"

    @property
    def tokens(self) -> Path:
        """Who has which token."""
        return self.folder / "tokens.csv"

    def token(self, user: str) -> str:
        """The token of a user."""
        lines = (line.split(",") for line in self.tokens.read_text().splitlines())
        return next(fields[0] for fields in lines if fields[1] == user)

    def make(self, nodes: tuple[str, ...]) -> None:
        """Make certificate and tokens for the control plane, its nodes and the tests."""
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o700)
        ips = ("127.0.0.1", address.CONTROL_PLANE, address.API_SERVICE)
        names = ",".join([*(f"DNS:{name}" for name in _NAMES), *(f"IP:{ip}" for ip in ips)])
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
                *("-nodes", "-keyout", self.key, "-out", self.certificate, "-days", "2"),
                *("-subj", "/CN=redismanifests-tests", "-addext", f"subjectAltName={names}"),
            ],
            check=True,
            capture_output=True,
        )
        groups = {
            ADMIN: "system:masters",
            "system:kube-controller-manager": "",
            "system:kube-scheduler": "",
            "system:kube-proxy": "",
            **{f"system:node:{node}": "system:nodes" for node in nodes},
        }
        self.tokens.write_text(
            "".join(f'{secrets.token_hex(16)},{user},{user},"{group}"\n' for user, group in groups.items())
        )

    def kubeconfig(self, user: str, server: str) -> str:
        """A kubeconfig with all that it needs in itself."""
        # JSON is YAML, and needs no quoting of ours.
        cluster = {"server": server, "certificate-authority-data": _base64(self.certificate)}
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "threenodes", "cluster": cluster}],
                "users": [{"name": user, "user": {"token": self.token(user)}}],
                "contexts": [{"name": "threenodes", "context": {"cluster": "threenodes", "user": user}}],
                "current-context": "threenodes",
            }
        )


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
