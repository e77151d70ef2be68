"""Record: writes tests/probes/live.json: the objects of healthy.json beside it as a real API server stores them.

Run as ``python -m cluster.record`` in tests; probes over objects are tested with it where there is no API server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from cluster import states
from cluster.apiserver import api_server
from cluster.kubectl import Kubectl
from cluster.namespace import REFERENCE_LIMITS, RESTRICTED, Namespace
from deployment import TOP

PROBES = TOP / "tests" / "probes"
KINDS = "statefulset,pod,service,configmap,serviceaccount,pvc,pdb,limitrange,endpointslice"


def main() -> None:
    """Start a server, apply, write states, and keep what kubectl prints."""
    built = [sys.executable, TOP / "tools" / "build_kubernetes.py", "--built"]
    objects = json.loads((PROBES / "healthy.json").read_text(encoding="utf-8"))["objects"]
    programs = Path(subprocess.run(built, capture_output=True, text=True, check=True).stdout.strip())
    with api_server(programs) as server, closing(server.connected()) as api:
        kubectl = Kubectl("kubectl", server.kubeconfig)
        namespace = Namespace(api, "jewelry-shop")
        namespace.create(RESTRICTED, REFERENCE_LIMITS)
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        applied = kubectl("apply", "--server-side", "-f", "-", text=text)
        if applied.code:
            raise RuntimeError(applied.errors)
        states.write(namespace, objects)
        found = json.loads(kubectl("-n", namespace.name, "get", KINDS, "-o", "json").output)["items"]
        found.append(json.loads(kubectl("get", "namespace", namespace.name, "-o", "json").output))
    (PROBES / "live.json").write_text(
        "".join(f"{json.dumps(each, sort_keys=True)}\n" for each in found), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
