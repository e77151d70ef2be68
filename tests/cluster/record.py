"""Record: writes tests/probes/live.json, the reference as a real API server stores it, with healthy pods.

Run as ``python -m cluster.record`` in tests; probes over objects are tested with it where there is no API server. What
must not come in: expectations.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from cluster import states
from cluster.apiserver import api_server
from cluster.kubectl import Kubectl
from cluster.namespace import REFERENCE_LIMITS, RESTRICTED, Namespace
from cluster.rendering import rendered
from deployment import REFERENCE, TOP

KINDS = "statefulset,pod,service,configmap,serviceaccount,pvc,pdb,limitrange,endpointslice"


def main() -> None:
    """Start a server, apply, write states, and keep what kubectl prints."""
    built = [sys.executable, TOP / "tools" / "build_kubernetes.py", "--built"]
    programs = Path(subprocess.run(built, capture_output=True, text=True, check=True).stdout.strip())
    with api_server(programs) as server, closing(server.connected()) as api, TemporaryDirectory() as room:
        kubectl = Kubectl("kubectl", server.kubeconfig)
        namespace = Namespace(api, "jewelry-shop")
        namespace.create(RESTRICTED, REFERENCE_LIMITS)
        folder = rendered(REFERENCE, Path(room) / "rendered")
        kubectl("apply", "--server-side", "-f", folder.folder)
        states.write(namespace, folder.objects)
        found = json.loads(kubectl("-n", namespace.name, "get", KINDS, "-o", "json").output)["items"]
        found.append(json.loads(kubectl("get", "namespace", namespace.name, "-o", "json").output))
    path = TOP / "tests" / "probes" / "live.json"
    path.write_text("".join(f"{json.dumps(each, sort_keys=True)}\n" for each in found), encoding="utf-8")


if __name__ == "__main__":
    main()
