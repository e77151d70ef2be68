"""A cluster for the session, and one deployment after the other on it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cluster.namespace import REFERENCE_LIMITS, RESTRICTED
from cluster.rendering import profile_for, rendered
from endtoend.application import Application
from endtoend.combination import KUBEADM_TTL_S, chosen
from endtoend.deployed import Deployed
from endtoend.ground import Ground, of_a_contributor, of_ours
from threenodes.__main__ import FOLDER
from threenodes.cluster import Cluster
from threenodes.places import built, lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployment import Manifest
    from endtoend.combination import Combination

NAMESPACE = "endtoend"
_CLASS = re.compile(r"^  storageClassName: .*$", re.MULTILINE)


@pytest.fixture(scope="session")
def ground(require: Callable[[bool, str], None]) -> Iterator[Ground]:
    """A contributor's cluster, the one that `python -m threenodes up` has made, or one of our own."""
    theirs = of_a_contributor()
    if theirs is not None:
        require(isinstance(theirs, Ground), str(theirs))
        assert isinstance(theirs, Ground)
        yield theirs
        return
    require(not lacking(), lacking())
    cluster = Cluster(FOLDER, built())
    if cluster.control_plane.machine.first_process is not None:
        yield of_ours(cluster)
        return
    cluster = Cluster(Path("/var/tmp") / f"threenodes-{os.getpid()}", built(), tied=True)
    try:
        cluster.up()
        yield of_ours(cluster)
    finally:
        cluster.down()


@pytest.fixture(scope="session", params=chosen(), ids=lambda each: each.name)
def combination(
    request: pytest.FixtureRequest, ground: Ground, require: Callable[[bool, str], None]
) -> Iterator[Combination]:
    """What is deployed, one after the other; the cluster's DNS remembers names for as long as it says."""
    asked: Combination = request.param
    if ground.cluster and asked.source.engine == "valkey":
        require(bool(ground.cluster.places.valkey), "no image of Valkey: run tools/fetch_engines.py valkey")
    if not asked.by_name:
        yield asked
        return
    if ground.cluster is None:
        pytest.skip("how long names are remembered is set in our CoreDNS, not in a contributor's")
    ground.remember_names_for(asked.dns_ttl_s)
    yield asked
    ground.remember_names_for(KUBEADM_TTL_S)


@pytest.fixture(scope="session")
def versions(ground: Ground, combination: Combination) -> str:
    """What all of it is, for the table."""
    if ground.cluster is None:
        return f"Kubernetes {ground.kubernetes}, a contributor's."
    places = ground.cluster.places

    def asked(root: Path, *command: str) -> str:
        return subprocess.run(
            ["chroot", root, *command], capture_output=True, text=True, check=True
        ).stdout.strip()

    engine = asked(places.pods, "redis-server", "--version").split()[2].removeprefix("v=")
    if combination.source.engine == "valkey" and places.valkey:
        engine = places.valkey.name.removeprefix("engines-valkey-")
    inside = {
        "containerd": asked(places.node, "containerd", "--version").split()[2],
        combination.source.engine: engine,
        "redis-py": asked(places.pods, "python3", "-c", "import redis; print(redis.__version__)"),
    }
    outside = {
        "Kubernetes": places.kubernetes.name.removeprefix("kubernetes-"),
        "CoreDNS": places.coredns.name.removeprefix("coredns-"),
        "Linux": os.uname().release,
    }
    told = ", ".join(f"{name} {version}" for name, version in (outside | inside).items())
    ttl = f"DNS TTL {combination.dns_ttl_s} s; " if combination.by_name else ""
    return f"{told}; {ttl}{os.cpu_count()} cores for four nodes, control plane and application."


@pytest.fixture(scope="session")
def deploy(
    ground: Ground, combination: Combination, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Deployed]:
    """Render a profile, and apply it to an empty namespace with the reference's limits; does not wait."""

    def apply(more: str = "", limits: tuple[Manifest, ...] = REFERENCE_LIMITS) -> Deployed:
        room = tmp_path_factory.mktemp("deployed")
        profile = profile_for(combination.source.path, NAMESPACE, ground.kubernetes, room)
        profile.write_text(profile.read_text("utf-8") + combination.more + more, "utf-8")
        if ground.cluster is None:
            # Theirs has a class of its own that takes what names none.
            profile.write_text(_CLASS.sub("  {}", profile.read_text("utf-8")), "utf-8")
        folder = rendered(profile, room / "rendered")
        deployed = Deployed(ground.kubectl, NAMESPACE, folder.profile, folder.objects)
        deployed.wait_until_gone()
        ground.carry_images(folder.objects)
        ground.provide(folder.objects)
        labels = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": RESTRICTED},
        }
        own = [{**each, "metadata": {**each["metadata"], "namespace": NAMESPACE}} for each in limits]
        items = {"apiVersion": "v1", "kind": "List", "items": [labels, *own]}
        assert ground.kubectl("apply", "-f", "-", text=json.dumps(items)).code == 0
        began = time.time()
        deployed("apply", "-f", folder.folder)
        return replace(deployed, applied_at=began)

    return apply


@pytest.fixture
def whole(deploy: Callable[..., Deployed], kept: list[Deployed]) -> Deployed:
    """A deployment that is ready: that of the test before, unless it was left broken."""
    if not (kept and kept[0].ready()):
        kept[:] = [deploy()]
        kept[0].wait_until_ready()
    return kept[0]


@pytest.fixture(scope="session")
def kept(combination: Combination) -> list[Deployed]:
    """The deployment that is left for the next test, if there is one."""
    return []


@pytest.fixture
def application(whole: Deployed, ground: Ground) -> Iterator[Application]:
    """An application that writes to it."""
    own = Application(whole, ground.application_image)
    own.remove()
    own.start()
    own.wait_until_writing()
    yield own
    own.remove()
