"""Store: an S3 server beside the control plane, where every node and every pod of ours reaches it.

moto's server: outside of the nodes, as a store of backups has to be, and in the control plane's network. It checks no
signature; what does is tried in tests/backup/test_stores.py.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backup.world import BUCKET, KEYS, PASSWORD, Process, until
from threenodes import address
from threenodes.machine import MachineFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployment import Manifest
    from threenodes.machine import Machine

PORT = 9000
_NETWORK = ("net",)
"""It shares nothing but this, so that it is a process of the test and ends with it."""
_START_LIMIT_S = 180
_MAKE = f"""
import http.client
store = http.client.HTTPConnection("{address.CONTROL_PLANE}", {PORT}, timeout=20)
store.request("PUT", "/{BUCKET}")
assert store.getresponse().status == 200
"""

SECRETS: dict[str, dict[str, str]] = {
    "redis-backup-store": KEYS,
    "redis-backup-encryption": {"password": PASSWORD},
}
STORE = f"""
    kind: s3
    bucket: {BUCKET}
    endpoint: http://{address.CONTROL_PLANE}:{PORT}
    secretName: redis-backup-store
"""
"""As the lines of a profile, below ``store:`` of `backup`; `restore.from` has it two columns further right."""
ENCRYPTION = "{secretName: redis-backup-encryption}"


def secrets() -> list[Manifest]:
    """What a person provides."""
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}
        for name, data in SECRETS.items()
    ]


@contextmanager
def running(control_plane: Machine, log: Path) -> Iterator[None]:
    """The server with an empty bucket, while the block runs."""
    program = Path(sys.executable).with_name("moto_server")
    command = control_plane.entered(
        [program, "-H", address.CONTROL_PLANE, "-p", str(PORT)], namespaces=_NETWORK
    )

    def made() -> bool:
        try:
            control_plane.run(sys.executable, "-c", _MAKE, namespaces=_NETWORK)
        except MachineFailed:
            return False
        return True

    with log.open("wb") as output, Process(command, stdout=output, stderr=subprocess.STDOUT):
        until(made, "moto does not answer", seconds=_START_LIMIT_S)
        yield
