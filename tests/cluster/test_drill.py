"""`drill` against a real API server: one at a time, where it may, with what it may, and nothing is left behind.

No kubelet runs, so no drill gets as far as its fault.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml12

from cluster.namespace import REFERENCE_LIMITS, RESTRICTED, Namespace
from cluster.rendering import Rendered, profile_for, rendered
from commandline import redismanifests
from deployment import COMMITTED, REFERENCE, reviewed
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.review import review
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.drill.lease import RESOURCE, Lease
from redismanifests.prove.drill.measuring import job, job_name
from redismanifests.prove.drill.plan import Kind, plan
from redismanifests.prove.drill.play import FORBIDDING, Ground, allowed
from redismanifests.prove.live.kubectl import Kubectl as Door

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.apiserver import ApiServer
    from cluster.kubectl import Kubectl

pytestmark = pytest.mark.cluster

DRIVER = Path(__file__).parent / "drilling.py"


class Place:
    """The reference, applied in a namespace of its own."""

    def __init__(self, server: ApiServer, kubectl: Kubectl, folder: Rendered, namespace: Namespace) -> None:
        self.server, self.kubectl, self.folder, self.namespace = server, kubectl, folder, namespace
        self.profile = review(folder.profile).profile
        self.door = Door(kubectl.program, namespace.name, "", str(server.kubeconfig))

    def ground(self) -> Ground:
        return Ground(self.door, self.profile, Desired.of(self.folder.objects))

    def left(self) -> str:
        """Leases and Jobs of the namespace."""
        said = self.kubectl("-n", self.namespace.name, "get", "leases,jobs", "-o", "name")
        assert said.code == 0, said.errors
        return said.output

    def started(self, kubeconfig: Path | None = None) -> subprocess.Popen[str]:
        """A drill in a process of its own, which has its Lease and its Job."""
        process = subprocess.Popen(
            [sys.executable, DRIVER, self.folder.profile, str(kubeconfig or self.server.kubeconfig)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PATH": f"{Path(self.kubectl.program).parent}:{os.environ['PATH']}"},
        )
        until = time.monotonic() + 60
        while "job.batch/" not in self.left():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until, self.left()
            time.sleep(0.2)
        return process


@pytest.fixture
def place(
    server: ApiServer, kubectl: Kubectl, namespace: Namespace, kubernetes: str, tmp_path: Path
) -> Iterator[Place]:
    namespace.create(RESTRICTED, REFERENCE_LIMITS)
    folder = rendered(profile_for(REFERENCE, namespace.name, kubernetes, tmp_path), tmp_path / "rendered")
    said = kubectl("apply", "-f", folder.folder)
    assert said.code == 0, said.errors
    yield Place(server, kubectl, folder, namespace)
    # The server ends connections over which nothing was asked for a while.
    namespace.api.close()
    kubectl("-n", namespace.name, "delete", "leases,jobs,roles,rolebindings", "--all", "--wait=false")


def test_a_lease_is_for_one_and_says_who_has_it_until_it_is_given_back(place: Place) -> None:
    async def both() -> str:
        first, second = Lease(place.door, "redis-drill"), Lease(place.door, "redis-drill")
        await first.take()
        with pytest.raises(RedismanifestsError) as refused:
            await second.take()
        await second.give_back()
        assert "lease" in place.left(), "who does not hold it cannot give it back"
        await first.give_back()
        await second.take()
        await second.give_back()
        return refused.value.fact + refused.value.fix

    said = asyncio.run(both())
    assert re.search(r"runs already: Lease redis-drill is held by .+@.+ \(process \d+\) since 20", said)
    assert f"kubectl -n {place.namespace.name} delete lease redis-drill" in said
    assert place.left() == ""


def test_a_lease_of_a_drill_that_was_killed_is_taken_over_when_its_time_is_long_over(place: Place) -> None:
    async def takes_over(renewed: datetime) -> bool:
        lease = Lease(place.door, "redis-drill")
        text = renewed.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = {
            "holderIdentity": "dead@node",
            "leaseDurationSeconds": 60,
            "renewTime": text,
            "acquireTime": text,
        }
        manifest = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "redis-drill"},
            "spec": spec,
        }
        await place.door.create(manifest)
        try:
            await lease.take()
        except RedismanifestsError as error:
            assert "dead@node" in error.fact
            await place.door.delete(RESOURCE, "redis-drill")
            return False
        found = await place.door.get(RESOURCE, "redis-drill")
        assert found
        assert found["spec"]["holderIdentity"] == lease.holder
        await lease.give_back()
        return True

    now = datetime.now(UTC)
    assert not asyncio.run(takes_over(now - timedelta(seconds=110)))
    assert asyncio.run(takes_over(now - timedelta(seconds=130)))


def test_a_lease_is_renewed_and_who_lost_it_is_told(place: Place) -> None:
    async def lost() -> str:
        lease = Lease(place.door, "redis-drill", renewed_s=0.2)
        await lease.take()
        keeping = asyncio.create_task(lease.keep())
        first = await place.door.get(RESOURCE, "redis-drill")
        until = time.monotonic() + 20
        while True:
            found = await place.door.get(RESOURCE, "redis-drill")
            assert first
            assert found
            if found["spec"]["renewTime"] != first["spec"]["renewTime"]:
                break
            assert time.monotonic() < until
            await asyncio.sleep(0.1)
        assert not keeping.done()
        await place.door.delete(RESOURCE, "redis-drill")
        with pytest.raises(RedismanifestsError) as told:
            await keeping
        return told.value.fact

    assert "was taken away" in asyncio.run(lost())


def test_a_label_of_the_namespace_forbids_drills(place: Place) -> None:
    asyncio.run(allowed(place.ground()))
    key, value = FORBIDDING
    assert place.kubectl("label", "namespace", place.namespace.name, f"{key}={value}").code == 0
    with pytest.raises(
        RedismanifestsError, match="forbids drills by its label redismanifests/drills=forbidden"
    ):
        asyncio.run(allowed(place.ground()))
    done = drill(place, "failover", "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "forbids drills" in done.stderr
    assert place.left() == ""


def drill(place: Place, kind: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = ("drill", *kind.split(), place.folder.profile, "--kubeconfig", str(place.server.kubeconfig))
    return redismanifests(*words, *arguments)


def test_a_deployment_that_is_not_well_is_not_drilled_and_nothing_is_left(place: Place) -> None:
    for kind in ("failover", "rolling-restart", "sentinel-loss", "drain node-1"):
        done = drill(place, kind, "--yes")
        assert done.returncode == 2, done.stderr
        assert "the deployment is not healthy, so nothing was done" in done.stderr
    assert place.left() == ""


def test_nobody_to_ask_is_no_yes(place: Place) -> None:
    done = drill(place, "failover")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert place.left() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_leaves_nothing_and_ends_with_130(place: Place, number: signal.Signals) -> None:
    process = place.started()
    assert "lease.coordination.k8s.io/redis-drill" in place.left()
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, output + errors
    assert "interrupted" in errors
    assert place.left() == ""


def test_a_second_drill_is_refused_while_one_runs_and_disturbs_nothing(place: Place) -> None:
    process = place.started()
    try:
        second = subprocess.run(
            [sys.executable, DRIVER, place.folder.profile, str(place.server.kubeconfig)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PATH": f"{Path(place.kubectl.program).parent}:{os.environ['PATH']}"},
        )
        assert second.returncode == 2
        assert "a drill of this deployment runs already" in second.stderr
        assert "job.batch/redis-drill" in place.left()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert place.left() == ""


def test_what_print_rbac_prints_suffices_for_a_drill_and_for_nothing_else(
    place: Place, tmp_path: Path
) -> None:
    printed = drill(place, "drain node-1", "--print-rbac")
    assert printed.returncode == 0, printed.stderr
    objects: list[dict[str, Any]] = yaml12.parse_yaml(printed.stdout, multi=True)
    assert [each["kind"] for each in objects] == ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]
    assert place.kubectl("apply", "-f", "-", text=printed.stdout).code == 0
    name = place.namespace.name
    who = f"system:serviceaccount:{name}:redis-drill"

    def may(verb: str, resource: str, *options: str) -> bool:
        whole, _, part = resource.partition("/")
        options = (*options, f"--subresource={part}") if part else options
        said = place.kubectl("auth", "can-i", verb, whole, f"--as={who}", "-n", name, *options)
        return said.output.strip() == "yes"

    needed = {
        "create": ("jobs.batch", "pods/exec", "pods/eviction", "leases.coordination.k8s.io"),
        "delete": ("jobs.batch", "pods", "leases.coordination.k8s.io"),
        "get": ("pods", "pods/log", "namespaces", "nodes", "leases.coordination.k8s.io"),
        "list": ("pods", "statefulsets.apps", "services"),
        "patch": ("nodes", "leases.coordination.k8s.io"),
        "update": ("leases.coordination.k8s.io",),
    }
    missing = [(verb, each) for verb, some in needed.items() for each in some if not may(verb, each)]
    assert missing == []
    forbidden = [
        ("get", "secrets"),
        ("delete", "statefulsets.apps"),
        ("delete", "persistentvolumeclaims"),
        ("patch", "statefulsets.apps"),
        ("create", "pods"),
        ("delete", "nodes"),
    ]
    assert [each for each in forbidden if may(*each)] == []
    # As that account, from the Lease to the last thing that is removed.
    config = yaml12.parse_yaml(place.server.kubeconfig.read_text("utf-8"))
    config["users"][0]["user"]["as"] = who
    own = tmp_path / "kubeconfig"
    own.write_text(json.dumps(config), encoding="utf-8")
    process = place.started(own)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130, process.communicate()
    assert place.left() == ""
    for each in objects[2:]:
        place.kubectl("delete", each["kind"].lower(), each["metadata"]["name"])


def test_a_failover_needs_no_permission_on_nodes(place: Place) -> None:
    printed = drill(place, "failover", "--print-rbac").stdout
    assert "nodes" not in printed
    assert "eviction" not in printed
    assert "secrets" not in printed


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_the_pod_that_measures_is_admitted_where_the_deployment_is(
    path: Path, kubectl: Kubectl, namespace: Namespace, kubernetes: str, tmp_path: Path
) -> None:
    copy = profile_for(path, namespace.name, kubernetes, tmp_path)
    folder = rendered(copy, tmp_path / "rendered")
    namespace.create(RESTRICTED, folder.limit_ranges)
    profile = review(copy).profile
    made = job(profile, plan(profile, Kind.DRAIN, node="node-1"))
    said = kubectl("create", "--dry-run=server", "--warnings-as-errors", "-f", "-", text=json.dumps(made))
    assert said.code == 0, said.errors
    # A Job's pod is judged when its controller makes it.
    pod = {
        "metadata": {"name": "probe", **made["spec"]["template"]["metadata"]},
        "spec": made["spec"]["template"]["spec"],
    }
    answer = namespace.create_in("Pod", {"apiVersion": "v1", "kind": "Pod", **pod}, "dryRun=All")
    assert answer.succeeded()["metadata"]["name"] == "probe"
    assert made["metadata"]["name"] == job_name(profile)
    labels = made["spec"]["template"]["metadata"]["labels"]
    for item in folder.of_kind("StatefulSet"):
        assert not item["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_profiles_with_policies_that_let_nobody_of_the_namespace_in_are_refused() -> None:
    path = next(each for each in COMMITTED if each.stem == "network-policy")
    profile = reviewed(path).profile
    elsewhere = profile.network_policy.clients[0].model_copy(
        update={"namespace_labels": {"kubernetes.io/metadata.name": "elsewhere"}}
    )
    policy = profile.network_policy.model_copy(update={"clients": (elsewhere,)})
    closed = profile.model_copy(update={"network_policy": policy})
    with pytest.raises(RedismanifestsError, match="let no pod of this namespace in"):
        job(closed, plan(closed, Kind.FAILOVER))
