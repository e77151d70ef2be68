"""One command up, one down: ``cd tests && ../.venv/bin/python -m threenodes up``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from threenodes.cluster import Cluster
from threenodes.machine import MachineFailed
from threenodes.places import built, lacking
from threenodes.provided import provided

FOLDER = Path("/var/tmp/redismanifests-threenodes")
"""One cluster at a time: its addresses are fixed, and so it has one place."""


def main() -> int:
    """``up`` prints the line that makes kubectl use it; 2 is trouble."""
    parser = argparse.ArgumentParser(
        prog="python -m threenodes", description="A Kubernetes with three nodes."
    )
    parser.add_argument(
        "command",
        choices=("up", "pretend", "provide", "down", "off", "on"),
        help="pretend: up, with nodes that have no kubelet; provide: what a rendered folder needs of the cluster",
    )
    parser.add_argument(
        "what", nargs="?", help="provide: the folder; off, on: the node for a power cut, and its end"
    )
    asked = parser.parse_args()
    if asked.command in {"provide", "off", "on"} and not asked.what:
        parser.error(f"{asked.command} needs a {'folder' if asked.command == 'provide' else 'node'}")
    if reason := lacking():
        print(f"threenodes: {reason}", file=sys.stderr)
        return 2
    try:
        cluster = Cluster(FOLDER, built())
        began = time.monotonic()
        if asked.command in {"up", "pretend"}:
            cluster.down()
            (cluster.up if asked.command == "up" else cluster.up_without_kubelets)()
            print(
                f"export KUBECONFIG={cluster.control_plane.kubeconfig}  # up after {time.monotonic() - began:.0f} s"
            )
        elif asked.command == "down":
            cluster.down()
        elif asked.command == "provide":
            for line in provided(cluster, Path(asked.what)):
                print(line)
        elif asked.command == "off":
            cluster.node(asked.what).power_off()
        else:
            cluster.power_on(asked.what)
    except MachineFailed as trouble:
        print(f"threenodes: {trouble}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
