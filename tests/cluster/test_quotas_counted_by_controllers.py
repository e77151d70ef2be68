"""Kubernetes' own controllers make and count what we say that a deployment brings, to the last byte and revision."""

from __future__ import annotations

import os
import time
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from cluster.apiserver import api_server
from cluster.controllers import PROGRAM, controllers
from cluster.namespace import RESTRICTED, Namespace
from cluster.rendering import job_of, profile_for, rendered
from deployment import COMMITTED, REFERENCE, covering
from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.judge.namespace.charges import REVISIONS, made
from redismanifests.judge.review import review
from seldom import first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cluster.api import Api
    from deployment import Manifest

pytestmark = pytest.mark.cluster

ONE = Quantity(NANO)
PATIENCE_S = 60
_NUMBERS = count()


@pytest.fixture(scope="module")
def counted(programs: Path, require: Callable[[bool, str], None]) -> Iterator[Api]:
    """An API server of their own, for which the controllers run."""
    there = os.access(programs / PROGRAM, os.X_OK)
    if not there and (programs.name != "kubernetes-1.32.13"):
        pytest.skip(f"{PROGRAM} is pinned for Kubernetes 1.32 only")
    require(there, f"{PROGRAM} is not in {programs}: run tools/build_kubernetes.py")
    with api_server(programs) as server, controllers(programs, server), closing(server.connected()) as api:
        yield api


@pytest.fixture
def own(counted: Api) -> Namespace:
    """A namespace that goes with the server."""
    return Namespace(counted, f"counted-{next(_NUMBERS)}")


def applied(profile: Path, namespace: Namespace, room: Path, more: dict[str, Quantity]) -> Manifest:
    """Create the folder of ``profile`` under a quota of exactly what it asks for, and ``more``; the quota."""
    copy = profile_for(profile, namespace.name, "1.32", room)
    folder = rendered(copy, room / "rendered")
    reviewed = review(copy)
    hard = dict(more)
    for each in made(reviewed.rendering, reviewed.demands.limit_ranges, 32):
        for resource, amount in each.charge.usage.items():
            hard[resource] = hard.get(resource, Quantity(0)) + amount * each.number
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "exact"},
        "spec": {"hard": {resource: str(amount) for resource, amount in hard.items()}},
    }
    namespace.create(RESTRICTED)
    folder.create_priority_classes(namespace.api)
    namespace.create_in("ResourceQuota", quota).succeeded()
    eventually(lambda: set(used(namespace)) == set(hard), "the quota controller counts")
    for manifest in folder.objects:
        if manifest["kind"] != "Namespace":
            namespace.create_object(manifest).succeeded()
    # No controller waits for the hour of a schedule here.
    for cron_job in folder.of_kind("CronJob"):
        namespace.create_object(job_of(cron_job)[0]).succeeded()
    return quota


def used(namespace: Namespace) -> dict[str, Quantity]:
    status = namespace.api.get(f"{namespace.collection('ResourceQuota')}/exact").succeeded().get("status", {})
    return {resource: Quantity.parse(amount) for resource, amount in status.get("used", {}).items()}


def eventually(holds: Callable[[], bool], what: str, told: Callable[[], object] = lambda: "") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"not after {PATIENCE_S} s: {what}: {told()}"
        time.sleep(0.02)


# The default account is the namespace's own.
ACCOUNT = {"count/serviceaccounts": ONE}


@pytest.mark.parametrize(
    "profile",
    first(5, sorted(COMMITTED, key=lambda path: path not in covering()[:5]), lambda path: path.stem),
)
def test_a_deployment_uses_exactly_what_it_was_said_to_ask_for(
    own: Namespace, tmp_path: Path, profile: Path
) -> None:
    quota = applied(profile, own, tmp_path, ACCOUNT)
    hard = {resource: Quantity.parse(amount) for resource, amount in quota["spec"]["hard"].items()}
    eventually(
        lambda: used(own) == hard,
        "everything is used up",
        lambda: {
            resource: (str(amount), str(used(own).get(resource)))
            for resource, amount in hard.items()
            if used(own).get(resource) != amount
        },
    )


def test_a_full_quota_keeps_no_pod_from_being_replaced(own: Namespace, tmp_path: Path) -> None:
    applied(REFERENCE, own, tmp_path, ACCOUNT)
    pod = f"{own.collection('Pod')}/redis-2"
    eventually(lambda: used(own)["pods"] == ONE * 6, "six pods are there")
    for _ in range(3):
        old = own.api.get(pod).succeeded()["metadata"]["uid"]
        own.api.delete(f"{pod}?gracePeriodSeconds=0").succeeded()
        eventually(lambda: _uid(own, pod) not in ("", old), "the pod is there again")  # noqa: B023


@pytest.mark.slow
def test_rollouts_need_no_more_revisions_than_said(own: Namespace, tmp_path: Path) -> None:
    applied(REFERENCE, own, tmp_path, {**ACCOUNT, "count/controllerrevisions.apps": ONE * 100})
    (said,) = (
        each.peak
        for each in made(review(REFERENCE).rendering, (), 32)
        if each.charge.plural == "controllerrevisions.apps" and each.charge.name == "redis"
    )
    at = f"{own.collection('StatefulSet')}/redis"
    revisions = f"/apis/apps/v1/namespaces/{own.name}/controllerrevisions"

    def of_redis() -> int:
        return sum(map(_of_redis, own.api.get(revisions).succeeded()["items"]))

    began = own.api.get(revisions).succeeded()
    for number in range(REVISIONS + 3):
        template = {"metadata": {"annotations": {"number": str(number)}}}
        own.api.patch(at, {"spec": {"template": template}}).succeeded()
        deadline = time.monotonic() + PATIENCE_S
        while not _rolled_out(own, at):
            assert time.monotonic() < deadline, "the rollout does not end"
            _say_ready(own)
        # It has ended when the revision that nobody runs any more is gone too.
        eventually(lambda: of_redis() < said, "the oldest revision is removed")
    there = most = sum(map(_of_redis, began["items"]))
    for event in own.api.events(revisions, began["metadata"]["resourceVersion"]):
        if _of_redis(event["object"]):
            there += {"ADDED": 1, "DELETED": -1}.get(event["type"], 0)
            most = max(most, there)
    assert most == said


def _uid(namespace: Namespace, pod: str) -> str:
    answer = namespace.api.get(pod)
    return str(answer.body["metadata"]["uid"]) if answer.accepted else ""


def _rolled_out(namespace: Namespace, at: str) -> bool:
    stored = namespace.api.get(at).succeeded()
    status = stored["status"]
    return bool(
        status.get("observedGeneration") == stored["metadata"]["generation"]
        and status["currentRevision"] == status["updateRevision"]
        and status.get("readyReplicas", 0) == stored["spec"]["replicas"]
    )


def _say_ready(namespace: Namespace) -> None:
    """As a kubelet would of every pod, had the cluster one."""
    for item in namespace.api.get(namespace.collection("Pod")).succeeded()["items"]:
        conditions: list[dict[str, Any]] = item["status"].get("conditions", [])
        if not any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
            at = f"{namespace.collection('Pod')}/{item['metadata']['name']}/status"
            ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
            namespace.api.patch(at, {"status": ready})


def _of_redis(revision: Manifest) -> bool:
    return any(owner["name"] == "redis" for owner in revision["metadata"]["ownerReferences"])
