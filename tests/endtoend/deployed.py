"""Deployed: one deployment in a namespace of its own, seen and handled with kubectl."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cluster.rendering import rendered
from endtoend.application import Aim
from endtoend.place import PATIENCE_S, Place
from redismanifests.judge.review import review
from redismanifests.prove.rehearse.measure.planned import planned

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.prove.rehearse.measure.recovery import Recovery


@dataclass(frozen=True)
class Deployed(Place):
    """What was rendered from ``profile``, and applied."""

    profile: Path
    objects: tuple[dict[str, Any], ...]
    applied_at: float = 0.0
    """When kubectl began, in seconds since 1970."""

    def stateful_set(self, component: str) -> dict[str, Any]:
        """The StatefulSet of ``redis`` or ``sentinel``."""
        label = "app.kubernetes.io/component"
        sets = (each for each in self.objects if each["kind"] == "StatefulSet")
        return next(each for each in sets if each["metadata"]["labels"][label] == component)

    def members(self, component: str) -> list[str]:
        """The names of its pods, by ordinal."""
        found = self.stateful_set(component)
        return [f"{found['metadata']['name']}-{ordinal}" for ordinal in range(found["spec"]["replicas"])]

    def everything(self) -> list[str]:
        """The names of all its pods."""
        return [*self.members("redis"), *self.members("sentinel")]

    @property
    def master_name(self) -> str:
        """What Sentinel calls the master."""
        texts = [
            text for each in self.objects if each["kind"] == "ConfigMap" for text in each["data"].values()
        ]
        return next(
            found[1]
            for text in texts
            if (found := re.search(r"^MASTER_NAME='?([^'\n]+)'?$", text, re.MULTILINE))
        )

    def port(self, component: str) -> int:
        """The port of its server."""
        ports = self.stateful_set(component)["spec"]["template"]["spec"]["containers"][0]["ports"]
        return int(ports[0]["containerPort"])

    @property
    def aim(self) -> Aim:
        """How an application finds the master."""
        sentinels = self.stateful_set("sentinel")["metadata"]
        instance = "app.kubernetes.io/instance"
        return Aim(
            host=f"{sentinels['name']}.{self.namespace}.svc.cluster.local",
            port=self.port("sentinel"),
            master=self.master_name,
            members=(*self.addresses("redis"), "--", *self.addresses("sentinel")),
            away_from={instance: sentinels["labels"][instance]},
        )

    def addresses(self, component: str) -> list[str]:
        """HOST:PORT of every member: its own Service, or its name where it has none."""
        services = {each["metadata"]["name"] for each in self.objects if each["kind"] == "Service"}
        headless = self.stateful_set(component)["spec"]["serviceName"]
        hosts = [
            str(self.json("get", "service", pod)["spec"]["clusterIP"])
            if pod in services
            else f"{pod}.{headless}.{self.namespace}.svc.cluster.local"
            for pod in self.members(component)
        ]
        return [f"{host}:{self.port(component)}" for host in hosts]

    def hosts(self, component: str) -> list[str]:
        """The same without ports: what Sentinels hand out."""
        return [at.rsplit(":", 1)[0] for at in self.addresses(component)]

    def recovery(self, dns_ttl_s: float) -> Recovery:
        """What a rehearsal holds the same deployment to."""
        return planned(review(self.profile).profile, self.stateful_set("redis"), dns_ttl_s)

    def answers(self, pod: str, text: str) -> list[str]:
        """What the Redis of a pod answers to each line."""
        return self("exec", "-i", pod, "-c", "redis", "--", "redis-cli", text=text).output.splitlines()

    def ready(self) -> bool:
        """Whether every pod of both sets is ready, and none is on its way out."""
        pods = {pod["metadata"]["name"]: pod for pod in self.json("get", "pods")["items"]}
        return all(
            name in pods and _ready(pods[name])
            for kind in ("redis", "sentinel")
            for name in self.members(kind)
        )

    def ready_of(self, pod: str) -> bool:
        """Whether one pod is."""
        return _ready(self.json("get", "pod", pod))

    def wait_until_ready(self) -> None:
        """Until every pod is ready; fails with the account of all of them."""
        until = time.monotonic() + PATIENCE_S
        while not self.ready():
            assert time.monotonic() < until, self.account()
            time.sleep(1)

    def scale_to_nothing(self, *, wait: bool = True) -> None:
        """Let no pod of either set be left; without ``wait`` they are still on their way out."""
        sets = (self.stateful_set(each)["metadata"]["name"] for each in ("redis", "sentinel"))
        self("scale", *(f"statefulset/{name}" for name in sets), "--replicas=0")
        if wait:
            gone = ("--for=delete", "pod", "--selector=app.kubernetes.io/component in (redis, sentinel)")
            self("wait", *gone, f"--timeout={PATIENCE_S}s")

    def toggle(self, one: str, other: str) -> Deployed:
        """Replace one of two texts of the profile by the other, render, and apply; what is deployed then."""
        text = self.profile.read_text("utf-8")
        old, new = (one, other) if one in text else (other, one)
        assert old in text
        self.profile.write_text(text.replace(old, new, 1), "utf-8")
        folder = rendered(self.profile, self.profile.parent / "rendered")
        began = time.time()
        self("apply", "-f", folder.folder)
        return replace(self, objects=folder.objects, applied_at=began)

    def account(self) -> str:
        """Events and logs, for the report of a failure."""
        parts = [self.kubectl("-n", self.namespace, "get", "events", "--sort-by=.lastTimestamp").output]
        parts.append(self.kubectl("-n", self.namespace, "get", "pods", "-o", "wide").output)
        for pod in self.everything():
            said = self.kubectl("-n", self.namespace, "logs", pod, "--tail=60")
            parts.append(f"== {pod}\n{said.output}")
        return "\n".join(parts)


def _ready(pod: dict[str, Any]) -> bool:
    conditions = {each["type"]: each["status"] for each in pod["status"].get("conditions", ())}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]
