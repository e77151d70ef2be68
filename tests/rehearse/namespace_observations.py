"""Namespace observations: pods of another namespace with the folder of this one, on the same network, many times."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from typing import TYPE_CHECKING, Any

from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.prove.rehearse.measure.topology import sentinel_view, topology
from redismanifests.prove.rehearse.stage import Stage

if TYPE_CHECKING:
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.pods.pod import Pod

    Events = list[tuple[float, str, str, str]]

DNS_TTL_S = 5.0
ROUNDS = 20
_LIMIT_S = 120.0
_OURS = "POD_NAMESPACE"
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")


def objects(name: str) -> list[dict[str, Any]]:
    """A deployment without exporters, by Services or by names."""
    mode = "hostname" if name.endswith("hostname") else "service"
    text = (
        f"name: redis\nnamespace: shop\naddressing: {{mode: {mode}}}\n"
        "exporters: {redis: {enabled: false}, sentinel: {enabled: false}}\n"
    )
    return [item.manifest for item in review_of(source_from_text("p.yaml", text)).accepted().objects]


def _strangers(cluster: Cluster, number: int, *, guarded: bool) -> list[Pod]:
    """The six pods in namespace ``staging``, as kustomize's ``namespace:`` leaves them: with the settings of ``shop``.

    They have the variables of our Services, which is worse than a real cluster, and no Service of ours selects them.
    """
    made = []
    for each in cluster.sets.values():
        for ordinal in range(each.replicas):
            pod = each.pod_object(ordinal)
            name = pod["metadata"]["name"]
            pod["metadata"] |= {"name": f"s{number}-{name}", "namespace": "staging", "labels": {}}
            for volume in pod["spec"]["volumes"]:
                if "persistentVolumeClaim" in volume:
                    volume["persistentVolumeClaim"] = {"claimName": f"s{number}-{name}"}
            for container in pod["spec"]["containers"]:
                kept = [
                    e for e in container["env"] if e["name"] != "POD_NAME" and (guarded or e["name"] != _OURS)
                ]
                container["env"] = [*kept, {"name": "POD_NAME", "value": name}]
            made.append(cluster.create(pod))
    return made


def _nft(text: str) -> str:
    return subprocess.run(["nft", "-f", "-"], input=text, check=True, capture_output=True, text=True).stdout


def _packets() -> int:
    """How many packets the strangers have sent."""
    listed = subprocess.run(
        ["nft", "list", "table", "ip", "strangers"], check=True, capture_output=True, text=True
    )
    return sum(map(int, re.findall(r"packets (\d+)", listed.stdout)))


async def _round(cluster: Cluster, number: int, *, guarded: bool, seconds: float) -> int:
    """Let them come, wait until each has refused to start (or for a while), take them away; how many have refused."""
    pods = _strangers(cluster, number, guarded=guarded)
    addresses = ", ".join(pod.ip for pod in pods)
    _nft(f"add element ip strangers them {{ {addresses} }}\n")
    until = time.monotonic() + seconds
    while time.monotonic() < until and sum(_refused(cluster, pod) for pod in pods) < len(pods):
        await asyncio.sleep(0.2)
    refused = sum(_refused(cluster, pod) for pod in pods)
    for pod in pods:
        await pod.stop(0)
        cluster.forget(pod)
    return refused


def _refused(cluster: Cluster, pod: Pod) -> bool:
    logs = (path.read_text(encoding="utf-8") for path in cluster.site.logs.glob(f"{pod.name}_*.log"))
    return any("No member was asked" in log for log in logs)


async def _beside(cluster: Cluster, rounds: int, *, guarded: bool) -> dict[str, Any]:
    stage = Stage(cluster)
    cluster.apply()
    _, seen = await stage.right(_LIMIT_S)
    if seen.problems:
        return {"problems": seen.problems}
    _nft(
        "table ip strangers { set them { type ipv4_addr; }\n"
        "chain sent { type filter hook prerouting priority -300; ip saddr @them counter; };\n}\n"
    )
    began = time.monotonic()
    refused = [
        await _round(cluster, number, guarded=guarded, seconds=60 if guarded else 20)
        for number in range(rounds)
    ]
    took = time.monotonic() - began
    sentinels = stage.deployment.sentinel.pods
    views = [await sentinel_view(cluster, stage.deployment, pod) for pod in sentinels]
    members = {service.cluster_ip for service in cluster.site.services} | {
        pod.ip for pod in cluster.pods.values()
    }
    said = "".join(
        (cluster.site.logs / f"{pod}_sentinel.log").read_text(encoding="utf-8") for pod in sentinels
    )
    return {
        "problems": (await topology(cluster, stage.deployment)).problems,
        "refused": refused,
        "packets": _packets(),
        "known": [(view["num-slaves"], view["num-other-sentinels"]) for view in views],
        "strange": sorted({*_ADDRESS.findall(said)} - members - {"127.0.0.1", "0.0.0.0"}),
        "restarts": sum(
            kubelet.restarts for pod in cluster.pods.values() for kubelet in pod.kubelets.values()
        ),
        "seconds": took,
    }


async def guarded_service(cluster: Cluster, events: Events) -> Any:
    """As rendered, members by Services."""
    return await _beside(cluster, ROUNDS, guarded=True)


async def guarded_hostname(cluster: Cluster, events: Events) -> Any:
    """As rendered, members by names."""
    return await _beside(cluster, ROUNDS, guarded=True)


async def open_hostname(cluster: Cluster, events: Events) -> Any:
    """Pods that do not learn their namespace, once: what the guard keeps out."""
    return await _beside(cluster, 1, guarded=False)
