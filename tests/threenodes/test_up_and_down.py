"""Three nodes: up, and down with nothing left behind."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deployment import TOP
from endtoend.measured import UP, Measured, note
from threenodes import address
from threenodes.cluster import Cluster
from threenodes.leftovers import leftovers, machine
from threenodes.provided import provided

if TYPE_CHECKING:
    from threenodes.places import Places

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

REPEATS = int(os.environ.get("REPEATS", "1"))
"""Of the first test. Twenty are asked for before a release."""


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_a_cluster_comes_up_and_leaves_nothing_behind(repeat: int, places: Places) -> None:
    before = machine()
    folder = Path("/var/tmp") / f"threenodes-test-{os.getpid()}"
    cluster = Cluster(folder, places, tied=True)
    try:
        began = time.monotonic()
        cluster.up()
        took = time.monotonic() - began
        note(
            Measured(
                deployment="",
                scenario=UP,
                whole_s=round(took, 1),
                problems=(),
                load=round(os.getloadavg()[0], 1),
                versions="",
            )
        )
        nodes = cluster.kubectl("get", "nodes", "--no-headers").lines
        assert [line.split()[1] for line in nodes] == ["Ready"] * 4
    finally:
        cluster.down()
    assert list(leftovers(folder)) == []
    assert machine() == before
    # How long it takes is the machine's: noted where RESULTS is set, and told in docs/measurements/nodes.md.


_LISTEN = """
import socket, sys
with socket.create_connection((sys.argv[1], 10250), timeout=5) as kubelet:
    print("connected", flush=True)
    try:
        kubelet.recv(1)
    except TimeoutError:
        print("silence")
"""


def test_a_rendered_folder_is_provided_for_and_applied_by_hand(places: Places) -> None:
    cluster = Cluster(Path("/var/tmp") / f"threenodes-test-{os.getpid()}", places, tied=True)
    try:
        cluster.up()
        given = list(provided(cluster, TOP / "rendered"))
        assert {"Namespace jewelry-shop", "StorageClass local-path", "image redis:7.0.15"} <= set(given)
        assert not [each for each in provided(cluster, TOP / "rendered") if not each.startswith("image ")]
        applied = cluster.kubectl("apply", "-f", TOP / "rendered")
        assert applied.code == 0, applied.errors
        for name in ("redis", "redis-sentinel"):
            words = ("-n", "jewelry-shop", "rollout", "status", f"statefulset/{name}", "--timeout=240s")
            rolled = cluster.kubectl(*words)
            assert rolled.code == 0, rolled.errors
    finally:
        cluster.down()


def test_a_node_whose_power_was_cut_closes_no_connection_and_comes_back(places: Places) -> None:
    folder = Path("/var/tmp") / f"threenodes-test-{os.getpid()}"
    cluster = Cluster(folder, places, tied=True)
    try:
        cluster.up()
        with subprocess.Popen(
            cluster.control_plane.machine.entered(["python3", "-c", _LISTEN, address.node(2)], ("net",)),
            stdout=subprocess.PIPE,
            text=True,
        ) as listening:
            assert listening.stdout is not None
            assert listening.stdout.readline() == "connected\n"
            cluster.node("node2").power_off()
            assert listening.stdout.read() == "silence\n"
        gone = cluster.kubectl("wait", "--for=condition=Ready=Unknown", "node/node2", "--timeout=120s")
        assert gone.code == 0, gone.errors
        cluster.power_on("node2")
        back = cluster.kubectl("wait", "--for=condition=Ready", "node/node2", "--timeout=120s")
        assert back.code == 0, back.errors
    finally:
        cluster.down()


def test_controllers_work_on_nodes_that_only_pretend(places: Places) -> None:
    cluster = Cluster(Path("/var/tmp") / f"threenodes-test-{os.getpid()}", places, tied=True)
    try:
        cluster.up_without_kubelets()
        kubectl = cluster.kubectl
        assert kubectl("create", "deployment", "some", "--image=none", "--replicas=4").code == 0
        rolled = kubectl("rollout", "status", "deployment/some", "--timeout=60s")
        assert rolled.code == 0, rolled.errors
        assert kubectl("delete", "deployment", "some").code == 0
        gone = kubectl("wait", "--for=delete", "pod", "--all", "--timeout=60s")
        assert gone.code == 0, gone.errors
    finally:
        cluster.down()
