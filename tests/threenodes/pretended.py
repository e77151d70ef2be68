"""Pretended: nodes without a kubelet, which report themselves ready and every pod on them as running.

With them the controllers work as anywhere (StatefulSets make pods, quotas count, budgets decide evictions), in seconds
and without one process of a pod. Runs in the control plane's machine: ``python -m threenodes.pretended FOLDER NODES``.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cluster.api import MERGE, Api
from threenodes import address
from threenodes.identity import ADMIN, Identity

_NODES, _PODS = "/api/v1/nodes", "/api/v1/pods"
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_ROOM = {"cpu": "8", "memory": "16Gi", "pods": "110", "ephemeral-storage": "100Gi"}
_HEARTBEAT_S, _PAUSE_S = 10.0, 0.3


def _now(form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return datetime.now(UTC).strftime(form)


def _condition(kind: str, true: bool) -> dict[str, str]:
    at = _now()
    status = "True" if true else "False"
    return {
        "type": kind,
        "status": status,
        "reason": "Pretended",
        "lastHeartbeatTime": at,
        "lastTransitionTime": at,
    }


def beat(api: Api, number: int) -> None:
    """Keep one node ready: the node controller wants its status and its lease renewed."""
    name = f"pretended{number}"
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": f"zone{number}",
    }
    if api.get(f"{_NODES}/{name}").code == 404:
        api.create(_NODES, {"metadata": {"name": name, "labels": labels}}).succeeded()
    pressures = [_condition(kind, False) for kind in ("MemoryPressure", "DiskPressure", "PIDPressure")]
    status = {
        "capacity": _ROOM,
        "allocatable": _ROOM,
        "conditions": [*pressures, _condition("Ready", True)],
        "addresses": [{"type": "InternalIP", "address": address.node(number)}],
    }
    api.patch(f"{_NODES}/{name}/status", {"status": status}, MERGE).succeeded()
    renewed = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": _now("%Y-%m-%dT%H:%M:%S.%fZ")}
    if not api.patch(f"{_LEASES}/{name}", {"spec": renewed}, MERGE).accepted:
        api.create(_LEASES, {"metadata": {"name": name}, "spec": renewed}).succeeded()


def run(api: Api, pod: dict[str, Any], number: int) -> None:
    """Say of a pod that all its containers run; let it go where it is to be deleted."""
    metadata, spec = pod["metadata"], pod["spec"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    if "deletionTimestamp" in metadata:
        api.delete(f"{path}?gracePeriodSeconds=0")
        return
    if pod["status"].get("phase") == "Running":
        return
    started = {"running": {"startedAt": _now()}}
    containers = [
        {
            "name": each["name"],
            "image": each["image"],
            "imageID": "",
            "ready": True,
            "restartCount": 0,
            "state": started,
        }
        for each in spec["containers"]
    ]
    kinds = ("PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready")
    ip = f"10.244.{number // 250}.{number % 250 + 1}"
    conditions = [_condition(kind, True) for kind in kinds]
    status = {
        "phase": "Running",
        "podIP": ip,
        "podIPs": [{"ip": ip}],
        "startTime": _now(),
        "conditions": [
            {key: value for key, value in each.items() if key != "lastHeartbeatTime"} for each in conditions
        ],
        "containerStatuses": containers,
    }
    api.patch(f"{path}/status", {"status": status}, MERGE)


def main() -> None:
    """Pretend until killed."""
    identity, nodes = Identity(Path(sys.argv[1]) / "identity"), int(sys.argv[2])
    beaten, count = 0.0, 0
    with closing(Api(address.API_PORT, identity.token(ADMIN), identity.certificate)) as api:
        while True:
            try:
                if time.monotonic() - beaten > _HEARTBEAT_S:
                    for number in range(1, nodes + 1):
                        beat(api, number)
                    beaten = time.monotonic()
                for pod in api.get(_PODS).succeeded()["items"]:
                    if pod["spec"].get("nodeName"):
                        count += 1
                        run(api, pod, count)
            except (AssertionError, OSError) as failed:
                print(failed, file=sys.stderr, flush=True)
                api.close()
            time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main()
