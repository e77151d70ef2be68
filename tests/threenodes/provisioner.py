"""Provisioner: makes a folder on the node for every claim of our storage class, and takes it away with the claim.

Volumes stay on the node where they were made, as those of local-path do. Runs in the control plane's machine, where
the folders of all nodes are seen: ``python -m threenodes.provisioner FOLDER``.
"""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster.api import Api
from threenodes import address
from threenodes.identity import ADMIN, Identity

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "threenodes.test/local"
"""The provisioner that the storage class names."""
_SELECTED = "volume.kubernetes.io/selected-node"
_VOLUMES, _CLAIMS = "/api/v1/persistentvolumes", "/api/v1/persistentvolumeclaims"
_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
_PAUSE_S = 0.3


def folder_of(top: Path, node: str, volume: str) -> Path:
    """Where a volume lies, seen from the real machine."""
    return top / node / "lib" / "volumes" / volume


def _items(api: Api, path: str) -> Iterable[Any]:
    items: list[Any] = api.get(path).succeeded()["items"]
    return items


def provision(api: Api, top: Path) -> None:
    """One round over all claims and volumes."""
    ours = {each["metadata"]["name"] for each in _items(api, _CLASSES) if each["provisioner"] == NAME}
    for claim in _items(api, _CLAIMS):
        node = claim["metadata"].get("annotations", {}).get(_SELECTED)
        unbound = claim["status"].get("phase") == "Pending" and not claim["spec"].get("volumeName")
        if node and unbound and claim["spec"].get("storageClassName") in ours:
            _make(api, top, claim, node)
    for volume in _items(api, _VOLUMES):
        if volume["status"].get("phase") == "Released" and volume["spec"].get("storageClassName") in ours:
            name, node = volume["metadata"]["name"], volume["metadata"]["labels"]["node"]
            shutil.rmtree(folder_of(top, node, name), ignore_errors=True)
            api.delete(f"{_VOLUMES}/{name}")


def _make(api: Api, top: Path, claim: Any, node: str) -> None:
    name = f"pvc-{claim['metadata']['uid']}"
    folder = folder_of(top, node, name)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    on_node = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    spec = {
        "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
        "accessModes": claim["spec"]["accessModes"],
        "persistentVolumeReclaimPolicy": "Delete",
        "storageClassName": claim["spec"]["storageClassName"],
        "claimRef": {
            "kind": "PersistentVolumeClaim",
            "apiVersion": "v1",
            **{key: claim["metadata"][key] for key in ("namespace", "name", "uid")},
        },
        "local": {"path": f"/var/lib/volumes/{name}"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [on_node]}]}},
    }
    metadata = {
        "name": name,
        "labels": {"node": node},
        "annotations": {"pv.kubernetes.io/provisioned-by": NAME},
    }
    api.create(_VOLUMES, {"metadata": metadata, "spec": spec})


def main() -> None:
    """Provision until killed."""
    top = Path(sys.argv[1])
    identity = Identity(top / "identity")
    with closing(Api(address.API_PORT, identity.token(ADMIN), identity.certificate)) as api:
        while True:
            try:
                provision(api, top)
            except (AssertionError, OSError) as failed:
                print(failed, file=sys.stderr, flush=True)
                api.close()
            time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main()
