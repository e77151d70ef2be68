"""A cluster for the session, and one deployment after the other on it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cluster.namespace import REFERENCE_LIMITS, RESTRICTED
from cluster.rendering import profile_for, rendered
from deployment import REFERENCE
from endtoend.application import Application
from endtoend.deployed import PATIENCE_S, Deployed
from threenodes import image
from threenodes.__main__ import FOLDER
from threenodes.cluster import Cluster
from threenodes.places import NotBuilt, built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KUBERNETES = "1.32"
NAMESPACE = "endtoend"


@pytest.fixture(scope="session")
def cluster(require: Callable[[bool, str], None]) -> Iterator[Cluster]:
    """Three nodes: those that `python -m threenodes up` has made, or some of our own."""
    require(os.geteuid() == 0, "three nodes need root (namespaces, mounts, cgroups)")
    require(
        Path("/sys/fs/cgroup/cpu/cgroup.clone_children").exists(),
        "three nodes need the hierarchies of cgroup v1",
    )
    try:
        places = built()
    except NotBuilt as lacking:
        require(False, str(lacking))
        raise
    running = Cluster(FOLDER, places)
    if running.control_plane.machine.first_process is not None:
        yield running
        return
    own = Cluster(FOLDER, places, tied=True)
    own.down()
    try:
        own.up()
        yield own
    finally:
        own.down()


@pytest.fixture(scope="session")
def deploy(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Deployed]:
    """Render a profile, and apply it to an empty namespace with the reference's limits; does not wait."""

    def apply(profile: Path = REFERENCE) -> Deployed:
        room = tmp_path_factory.mktemp("deployed")
        folder = rendered(profile_for(profile, NAMESPACE, KUBERNETES, room), room / "rendered")
        deployed = Deployed(cluster.kubectl, NAMESPACE, folder.profile, folder.objects)
        deployed.wait_until_gone()
        _carry_images(cluster, folder.objects)
        labels = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": RESTRICTED},
        }
        limits = [
            {**each, "metadata": {**each["metadata"], "namespace": NAMESPACE}} for each in REFERENCE_LIMITS
        ]
        items = {"apiVersion": "v1", "kind": "List", "items": [labels, *limits]}
        assert cluster.kubectl("apply", "-f", "-", text=json.dumps(items)).code == 0
        deployed("apply", "-f", folder.folder)
        return deployed

    return apply


def _carry_images(cluster: Cluster, objects: tuple[dict[str, object], ...]) -> None:
    """Let our images be known by the names that the manifests have."""
    for each in objects:
        if each["kind"] != "StatefulSet":
            continue
        pod = each["spec"]["template"]["spec"]  # type: ignore[index]
        for container in pod["containers"]:
            name = container["image"]
            full = f"docker.io/{name}" if "/" in name else f"docker.io/library/{name}"
            ours = image.EXPORTER if "exporter" in name else image.REDIS
            for node in cluster.nodes:
                image.tag(node.machine, ours, full)


@pytest.fixture
def whole(deploy: Callable[..., Deployed], _kept: list[Deployed]) -> Iterator[Deployed]:
    """A deployment that is ready: that of the test before, unless it was left broken."""
    if not (_kept and _kept[0].ready()):
        _kept[:] = [deploy()]
        until = time.monotonic() + PATIENCE_S
        while not _kept[0].ready():
            assert time.monotonic() < until, _kept[0].account()
            time.sleep(1)
    yield _kept[0]


@pytest.fixture(scope="session")
def _kept() -> list[Deployed]:
    return []


@pytest.fixture
def application(whole: Deployed) -> Iterator[Application]:
    """An application that writes to it."""
    own = Application(whole, image.CLIENT)
    own.remove()
    own.start()
    own.wait_until_writing()
    yield own
    own.remove()
