"""Foreign: what the nodes get of manifests of others, and whether a rehearsal says of them what the nodes say."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from endtoend.application import LABELS
from endtoend.foreign import compared, images, theirs
from endtoend.foreign.__main__ import on_nodes, rehearsed
from endtoend.foreign.play import KILLED
from outside import missing
from threenodes import address
from threenodes.provided import full_name

if TYPE_CHECKING:
    from endtoend.ground import Ground

MANIFESTS = Path(__file__).parent.parent / "rehearse" / "foreign"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("redis", "docker.io/library/redis:latest"),
        ("redis:7.2-alpine", "docker.io/library/redis:7.2-alpine"),
        ("docker.io/redis:7.2", "docker.io/library/redis:7.2"),
        ("bitnami/redis:7", "docker.io/bitnami/redis:7"),
        ("docker.io/bitnami/redis:7", "docker.io/bitnami/redis:7"),
        ("quay.io/some/redis:7", "quay.io/some/redis:7"),
        (f"redis:7@sha256:{'0' * 64}", f"docker.io/library/redis@sha256:{'0' * 64}"),
    ],
)
def test_an_image_has_the_name_under_which_a_runtime_looks_for_it(reference: str, name: str) -> None:
    assert full_name(reference) == name


def opened(reference: str) -> tarfile.TarFile:
    """The small layer of an image."""
    content = images.layer(images.stand_in(reference, valkey=False), None)
    return tarfile.open(fileobj=io.BytesIO(content))


def layer(reference: str) -> dict[str, tarfile.TarInfo]:
    """What it holds, by path."""
    with opened(reference) as archive:
        return {f"/{each.name}": each for each in archive.getmembers()}


def text_of(reference: str, path: str) -> str:
    """A file of it."""
    with opened(reference) as archive:
        file = archive.extractfile(path.lstrip("/"))
        assert file
        return file.read().decode()


def test_an_alpine_image_has_the_shell_of_busybox_on_the_nodes_too() -> None:
    if shutil.which("busybox") is None:
        missing("apt-get install busybox-static")
    held = layer("redis:7.2-alpine")
    assert held["/usr/bin/sh"].linkname == "/usr/bin/busybox"
    assert held["/usr/local/bin/nslookup"].linkname == "/usr/bin/busybox"
    assert held["/usr/bin/busybox"].mode & 0o111
    assert "/usr/bin/sh" not in layer("redis:7.2")


def test_bitnamis_functions_and_folders_are_on_the_nodes_too() -> None:
    held = layer("docker.io/bitnami/redis:7.2.4-debian-12-r9")
    assert held["/opt/bitnami/scripts/libos.sh"].mode == 0o755
    assert held["/opt/bitnami/redis/bin/redis-server"].linkname == "/usr/bin/redis-server"
    assert held["/opt/bitnami/redis/etc"].mode == 0o777
    assert held["/usr/bin/openssl"].mode & 0o111


def test_an_official_image_has_protected_mode_off_on_the_nodes_too() -> None:
    held = layer("redis:7.2")
    assert held["/usr/local/bin/redis-server"].isfile()
    assert held["/usr/local/bin/redis-cli"].linkname == "/usr/bin/redis-cli"
    assert "--protected-mode no" in text_of("redis:7.2", "/usr/local/bin/redis-server")


def test_the_nodes_get_a_deployment_as_a_deployment_and_no_workload_of_others() -> None:
    found = theirs.read(MANIFESTS / "apart.yaml")
    kinds = {(each["kind"], each["metadata"]["name"]) for each in found.applied}
    assert ("Deployment", "sentinel") in kinds
    assert ("Deployment", "cache") not in kinds
    assert found.deployment.sentinel.pods == ("sentinel-0", "sentinel-1", "sentinel-2")


def test_the_nodes_get_no_container_that_a_rehearsal_leaves_out() -> None:
    found = theirs.read(MANIFESTS / "tutorial.yaml")
    (pod,) = (
        each["spec"]["template"]["spec"]
        for each in found.applied
        if each["metadata"]["name"] == "redis" and each["kind"] == "StatefulSet"
    )
    assert [each["name"] for each in pod["containers"]] == ["redis"]
    assert {each["imagePullPolicy"] for each in pod["containers"]} == {"IfNotPresent"}


def test_who_looks_is_let_in_where_others_have_a_policy() -> None:
    found = theirs.read(MANIFESTS / "tutorial.yaml")
    ours, theirs_ = (each["spec"] for each in found.applied if each["kind"] == "NetworkPolicy")
    assert ours["podSelector"] == theirs_["podSelector"]
    assert ours["ingress"] == [
        {
            "from": [
                {"podSelector": {"matchLabels": LABELS}},
                {"ipBlock": {"cidr": f"{address.CONTROL_PLANE}/32"}},
            ]
        }
    ]


def said(side: str, outage: float | None, lost: int = 0, subject: str = "one") -> dict[str, Any]:
    """A result of one side."""
    figures = {"outage_s": outage, "lost": lost, "acknowledged": 100, "why": "it does not start", "load": 3.0}
    return {"side": side, "subject": subject, "scenario": KILLED, **figures}


@pytest.mark.parametrize(
    ("nodes", "rehearsal", "agree"),
    [
        ((2.0, 0), (2.5, 0), True),
        ((2.0, 0), (2.7, 0), False),
        ((2.0, 0), (1.5, 0), True),
        ((2.0, 1), (2.0, 7), True),
        ((2.0, 1), (2.0, 0), False),
        ((None, 0), (None, 0), True),
        ((None, 0), (2.0, 0), False),
    ],
)
def test_both_agree_on_a_loss_and_on_an_outage_within_30_percent(
    nodes: tuple[float | None, int], rehearsal: tuple[float | None, int], agree: bool
) -> None:
    assert compared.agree([said("nodes", *nodes)], [said("rehearsal", *rehearsal)]) is agree


def test_of_several_runs_the_median_counts_and_any_loss() -> None:
    nodes = [said("nodes", each) for each in (2.0, 9.0, 2.2)]
    assert compared.agree(nodes, [said("rehearsal", 2.3)])
    assert not compared.agree([*nodes, said("nodes", 2.1, 4)], [said("rehearsal", 2.3)])


def test_the_table_has_a_row_for_each_subject_with_every_run() -> None:
    rows = list(compared.lines([said("nodes", 2.0), said("nodes", 2.2, 1), said("rehearsal", None)]))
    assert rows[2:] == [
        "| one master-killed | 2.0, 2.2 s | 0 of 100, 1 of 100 | none | it does not start | no | 3, 3, 3 |"
    ]


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.cluster
def test_the_nodes_and_a_rehearsal_come_to_the_same_verdict(
    machine: None, ground: Ground, tmp_path: Path
) -> None:
    if ground.cluster is None:
        pytest.skip("images of others' names, and a kill on a node, need nodes of ours")
    file = MANIFESTS / "beside.yaml"
    nodes = on_nodes(ground.cluster, file, KILLED, tmp_path / "said.log")
    rehearsal = rehearsed(file, KILLED, None, tmp_path / "rehearsed")
    print(json.dumps([nodes, rehearsal]))
    for each in (nodes, rehearsal):
        assert each["outage_s"] is not None, each
        assert each["lost"] == 0, each
        assert each["acknowledged"] > 100, each
        assert each["outage_s"] < 15, each
