"""Scenario: what is done to a deployment on real nodes, and the bounds that its outage must hold."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from endtoend.bench import NodesBench
from redismanifests.prove.faults import (
    master_deleted,
    master_force_deleted,
    master_killed,
    node_drained,
    redis_rolled,
    sentinels_rolled,
)
from redismanifests.prove.faults.fault import Hit

if TYPE_CHECKING:
    from collections.abc import Callable

    from endtoend.combination import Source
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground
    from redismanifests.prove.faults.fault import Fault
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from threenodes.cluster import Cluster

_PATIENCE = "--timeout=300s"


@dataclass(frozen=True)
class Stage:
    """What a scenario acts on."""

    deployed: Deployed
    ground: Ground
    source: Source
    master: str
    """The pod that was master when it began."""

    @property
    def cluster(self) -> Cluster:
        """The nodes, in a scenario that needs them to be ours."""
        assert self.ground.cluster is not None
        return self.ground.cluster

    @property
    def bench(self) -> NodesBench:
        """What faults are done to."""
        return NodesBench(self.deployed, self.ground)

    def break_it(self, fault: Fault, node: str = "") -> None:
        """Do a fault to the master of the beginning, to its end."""
        asyncio.run(fault.play(self.bench, Hit(self.master, node=node)))

    def delete(self, *pods: str, force: bool = False) -> None:
        """Delete pods, and do not wait."""
        asyncio.run(self.bench.delete(*pods, grace_s=0 if force else None))

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
    """``bound``: no repeat may pause writes for longer; ``bar_s``: what the project asks of itself beyond that."""

    name: str
    play: Callable[[Stage], None]
    bound: Callable[[Recovery], float]
    bar_s: float | None = None
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
            stage.break_it(master_killed.FAULT)
        time.sleep(_DNS_AWAY_S)
    finally:
        stage.scale_dns(2)


def _node_off_and_on(stage: Stage) -> None:
    node = asyncio.run(stage.bench.node_of(stage.master))
    stage.cluster.node(node).power_off()
    time.sleep(60)
    stage.cluster.power_on(node)


def _drain_each(stage: Stage) -> None:
    pods = stage.deployed.everything()
    for node in sorted({asyncio.run(stage.bench.node_of(pod)) for pod in pods}):
        stage.break_it(node_drained.FAULT, node)


def _change_setting(stage: Stage) -> None:
    """What a render after a change of the profile applies: another ConfigMap, another checksum, and so a rollout."""
    stage.deployed.toggle(*stage.source.settings)
    name = stage.deployed.stateful_set("redis")["metadata"]["name"]
    stage.deployed("rollout", "status", f"statefulset/{name}", _PATIENCE)


def _hang(stage: Stage) -> None:
    """The server alone, as the rehearsal's `master-hangs` does it; one that its fence ends takes the shell with it."""
    words = ("exec", stage.master, "-c", "redis", "--", "sh", "-c", _STOPPED.format(seconds=_HANG_S))
    stage.deployed.kubectl("--namespace", stage.deployed.namespace, *words)


def _cut_from_replicas(stage: Stage) -> None:
    """No packet between the master and its replicas; the node of the master is where all of them pass."""
    pods = {
        each["metadata"]["name"]: each["status"]["podIP"]
        for each in stage.deployed.json("get", "pods")["items"]
    }
    node = stage.cluster.node(asyncio.run(stage.bench.node_of(stage.master))).machine
    others = (pods[pod] for pod in stage.deployed.members("redis") if pod != stage.master)
    rules = [
        ("FORWARD", "--source", one, "--destination", other, "--jump", "DROP")
        for replica in others
        for one, other in ((replica, pods[stage.master]), (pods[stage.master], replica))
    ]
    for rule in rules:
        node.run("iptables", "--wait", "--insert", *rule)
    try:
        time.sleep(_CUT_S)
        ready = stage.deployed.ready_of(stage.master)
    finally:
        for rule in rules:
            node.run("iptables", "--wait", "--delete", *rule)
    # It refuses writes: that is for Services and people to see.
    assert not ready


def _lose_volume(stage: Stage) -> None:
    stage.deployed("delete", "pvc", f"data-{stage.master}", "--wait=false")
    stage.delete(stage.master)


_HANG_S = 6.0
"""A little longer than down-after and an election."""
_STOPPED = """
for each in /proc/[0-9]*; do
  [ "$(cat "$each/comm")" = redis-server ] || continue
  kill -STOP "${{each#/proc/}}"; sleep {seconds:g}; kill -CONT "${{each#/proc/}}"
done
"""
_CUT_S = 40.0
_ALL_S = 60.0
"""Hook, start of all pods on this machine, and a failover after down-after; the bar is what the issue wants."""
_DNS_AWAY_S = 30.0
_DNS_BACK_S = 15.0
"""Until CoreDNS answers again."""
_NODE_NOTICED_S = 50.0
"""--node-monitor-grace-period of the controller manager: so long a CoreDNS on a dead node goes on being asked."""


def _stale(recovery: Recovery) -> float:
    """A name answers with its old address, and then with none, for the TTL each."""
    return 2 * recovery.dns_ttl_s if recovery.names else 0.0


def _failover(recovery: Recovery) -> float:
    """What `check` promises; a hand-over that fails is no worse than a crash."""
    return recovery.hang() + _stale(recovery)


def _forced(recovery: Recovery) -> float:
    return recovery.forced() + _stale(recovery)


def _all_pods(recovery: Recovery) -> float:
    return _ALL_S + _stale(recovery)


def _untouched(recovery: Recovery) -> float:
    return recovery.steady() + 0.1


def _dns_away(recovery: Recovery) -> float:
    return recovery.without_dns(_DNS_AWAY_S + _DNS_BACK_S) + _stale(recovery)


def _node_lost(recovery: Recovery) -> float:
    """By names half of DNS may go with the node, and the first election after that finds what it knows too old."""
    if not recovery.names:
        return _failover(recovery)
    return recovery.without_dns(_NODE_NOTICED_S) + recovery.failed_election() + _stale(recovery)


SCENARIOS = (
    Scenario(
        name="master-killed",
        play=lambda s: s.break_it(master_killed.FAULT),
        bound=_failover,
        bar_s=7.0,
        planned=False,
        our_nodes=True,
    ),
    Scenario(
        name="master-deleted", play=lambda s: s.break_it(master_deleted.FAULT), bound=_failover, bar_s=4.0
    ),
    Scenario(
        name="master-deleted-by-force",
        play=lambda s: s.break_it(master_force_deleted.FAULT),
        bound=_forced,
        bar_s=7.0,
        planned=False,
    ),
    Scenario(name="redis-rolled", play=lambda s: s.break_it(redis_rolled.FAULT), bound=_failover, bar_s=4.0),
    Scenario(
        name="sentinel-rolled", play=lambda s: s.break_it(sentinels_rolled.FAULT), bound=_untouched, bar_s=4.0
    ),
    Scenario(name="setting-changed", play=_change_setting, bound=_failover, bar_s=4.0),
    Scenario(
        name="all-deleted",
        play=lambda s: s.delete(*s.deployed.everything()),
        bound=_all_pods,
        bar_s=20.0,
        not_first=True,
    ),
    Scenario(
        name="all-deleted-by-force",
        play=lambda s: s.delete(*s.deployed.everything(), force=True),
        bound=_all_pods,
        bar_s=20.0,
        planned=False,
        not_first=True,
    ),
    Scenario(
        name="node-off-and-on",
        play=_node_off_and_on,
        bound=_node_lost,
        planned=False,
        our_nodes=True,
    ),
    Scenario(name="nodes-drained", play=_drain_each, bound=_failover, bar_s=4.0),
    Scenario(name="dns-away", play=lambda s: _without_dns(s, kill=False), bound=_untouched),
    Scenario(
        name="dns-away-master-killed",
        play=lambda s: _without_dns(s, kill=True),
        bound=_dns_away,
        bar_s=8.0,
        planned=False,
        our_nodes=True,
    ),
    Scenario(name="master-and-claim-deleted", play=_lose_volume, bound=_failover),
    Scenario(name="master-hangs", play=_hang, bound=_failover, planned=False),
    Scenario(
        name="cut-master-and-replicas",
        play=_cut_from_replicas,
        bound=lambda recovery: recovery.unheard(_CUT_S),
        planned=False,
        our_nodes=True,
    ),
)
