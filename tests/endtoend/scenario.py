"""Scenario: what is done to a deployment on real nodes, and the bounds that its outage must hold.

What must not come in: measuring (measured), how a cluster is made.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from endtoend.deployed import Deployed
    from endtoend.ground import Ground
    from threenodes.cluster import Cluster

_PATIENCE = "--timeout=300s"


@dataclass(frozen=True)
class Stage:
    """What a scenario acts on."""

    deployed: Deployed
    ground: Ground
    master: str
    """The pod that was master when it began."""

    @property
    def cluster(self) -> Cluster:
        """The nodes, in a scenario that needs them to be ours."""
        assert self.ground.cluster is not None
        return self.ground.cluster

    def node_of(self, pod: str) -> str:
        """Where a pod runs."""
        return str(self.deployed.json("get", "pod", pod)["spec"]["nodeName"])

    def kill(self, pod: str) -> None:
        """SIGKILL for the first process of its first container; from inside that is impossible."""
        found = self.deployed.json("get", "pod", pod)
        name = found["spec"]["containers"][0]["name"]
        statuses = {each["name"]: each for each in found["status"]["containerStatuses"]}
        container = statuses[name]["containerID"].removeprefix("containerd://")
        machine = self.cluster.node(found["spec"]["nodeName"]).machine
        machine.run("ctr", "--namespace", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", container)

    def roll(self, component: str) -> None:
        """Restart every pod of a set, in its order, until the last is ready."""
        name = self.deployed.stateful_set(component)["metadata"]["name"]
        self.deployed("rollout", "restart", f"statefulset/{name}")
        self.deployed("rollout", "status", f"statefulset/{name}", _PATIENCE)

    def delete(self, *pods: str, force: bool = False) -> None:
        """Delete pods, and do not wait."""
        how = ["--grace-period=0", "--force"] if force else []
        self.deployed("delete", "pod", *pods, "--wait=false", *how)

    def scale_dns(self, replicas: int) -> None:
        """CoreDNS to so many pods; waits until that is so."""
        kubectl = self.ground.kubectl
        assert kubectl("-n", "kube-system", "scale", "deployment/coredns", f"--replicas={replicas}").code == 0
        if replicas:
            assert (
                kubectl("-n", "kube-system", "rollout", "status", "deployment/coredns", _PATIENCE).code == 0
            )
        else:
            gone = ("-n", "kube-system", "wait", "--for=delete", "pod", "-l", "k8s-app=kube-dns", _PATIENCE)
            assert kubectl(*gone).code == 0


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """``bound_s``: no repeat may pause writes for longer; ``bar_s``: what the table holds it to."""

    name: str
    play: Callable[[Stage], None]
    bound_s: float
    bar_s: float
    our_nodes: bool = False
    """Whether a hand on a node is needed."""
    planned: bool = True
    """Whether everything may end in its own time: then nothing may be killed."""
    not_first: bool = False
    """Whether the master must not be ordinal 0: that is where a fresh install begins."""


def _without_dns(stage: Stage, *, kill: bool) -> None:
    stage.scale_dns(0)
    try:
        if kill:
            stage.kill(stage.master)
        time.sleep(30)
    finally:
        stage.scale_dns(2)


def _node_off_and_on(stage: Stage) -> None:
    node = stage.node_of(stage.master)
    stage.cluster.node(node).power_off()
    time.sleep(60)
    stage.cluster.power_on(node)


def _drain_each(stage: Stage) -> None:
    for node in sorted({stage.node_of(pod) for pod in stage.deployed.everything()}):
        drain = ("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", _PATIENCE)
        said = stage.ground.kubectl(*drain)
        stage.ground.kubectl("uncordon", node)
        assert said.code == 0, said.errors
        for component in ("redis", "sentinel"):
            name = stage.deployed.stateful_set(component)["metadata"]["name"]
            stage.deployed("rollout", "status", f"statefulset/{name}", _PATIENCE)


def _change_setting(stage: Stage) -> None:
    """What a render after a change of the profile applies: another ConfigMap, another checksum, and so a rollout."""
    stage.deployed.toggle("{after: 15m, changes: 1}", "{after: 16m, changes: 1}")
    name = stage.deployed.stateful_set("redis")["metadata"]["name"]
    stage.deployed("rollout", "status", f"statefulset/{name}", _PATIENCE)


def _lose_volume(stage: Stage) -> None:
    stage.deployed("delete", "pvc", f"data-{stage.master}", "--wait=false")
    stage.delete(stage.master)


_CRASH_S = 9.9
"""What `redismanifests check` computes for down-after 5 s; a hand-over that fails is no worse than a crash."""
_FORCED_S = _CRASH_S + 1.0
"""The kubelet still runs the hook for up to 2 s: writes are paused earlier."""
_ALL_S = 60.0
"""Hook, start of all pods on this machine, and a failover after down-after; the bar is what the issue wants."""

SCENARIOS = (
    Scenario(
        name="master-killed",
        play=lambda s: s.kill(s.master),
        bound_s=_CRASH_S,
        bar_s=7.0,
        planned=False,
        our_nodes=True,
    ),
    Scenario(name="master-deleted", play=lambda s: s.delete(s.master), bound_s=_CRASH_S, bar_s=4.0),
    Scenario(
        name="master-deleted-by-force",
        play=lambda s: s.delete(s.master, force=True),
        bound_s=_FORCED_S,
        bar_s=7.0,
        planned=False,
    ),
    Scenario(name="redis-rolled", play=lambda s: s.roll("redis"), bound_s=_CRASH_S, bar_s=4.0),
    Scenario(name="sentinel-rolled", play=lambda s: s.roll("sentinel"), bound_s=1.1, bar_s=4.0),
    Scenario(name="setting-changed", play=_change_setting, bound_s=_CRASH_S, bar_s=4.0),
    Scenario(
        name="all-deleted",
        play=lambda s: s.delete(*s.deployed.everything()),
        bound_s=_ALL_S,
        bar_s=20.0,
        not_first=True,
    ),
    Scenario(
        name="all-deleted-by-force",
        play=lambda s: s.delete(*s.deployed.everything(), force=True),
        bound_s=_ALL_S,
        bar_s=20.0,
        planned=False,
        not_first=True,
    ),
    Scenario(
        name="node-off-and-on",
        play=_node_off_and_on,
        bound_s=_CRASH_S,
        bar_s=_CRASH_S,
        planned=False,
        our_nodes=True,
    ),
    Scenario(name="nodes-drained", play=_drain_each, bound_s=_CRASH_S, bar_s=4.0),
    Scenario(name="dns-away", play=lambda s: _without_dns(s, kill=False), bound_s=1.1, bar_s=1.1),
    Scenario(
        name="dns-away-master-killed",
        play=lambda s: _without_dns(s, kill=True),
        bound_s=_CRASH_S,
        bar_s=8.0,
        planned=False,
        our_nodes=True,
    ),
    Scenario(name="master-and-claim-deleted", play=_lose_volume, bound_s=_CRASH_S, bar_s=_CRASH_S),
)
