"""Objects: parsed manifests with the lookups that rules over objects need.

Nothing here depends on names or labels of our own templates: a Redis is recognized by its port or its command.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.case.section import SECTIONS
from redismanifests.render.rendered import pod_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object


_ROLES = {"redis": 6379, "sentinel": 26379}
"""The ports that every client knows."""


class Container(NamedTuple):
    """A container of a set, and the files that its pod gets from ConfigMaps."""

    set_name: str
    role: str
    """``redis`` or ``sentinel`` where it serves as one, else empty."""
    section: Path
    """The section of the profile that it comes from, if it can be determined."""
    spec: Object
    pod: Object
    texts: Mapping[str, str]

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.set_name}/{self.spec['name']}"

    def probe(self, kind: str) -> Object | None:
        """The ``startup``, ``readiness`` or ``liveness`` probe, if it has one."""
        found: Object | None = self.spec.get(f"{kind}Probe")
        return found

    def shell(self, words: Iterable[object]) -> str:
        """What a command runs: its own words, and the text of each mounted script that it names."""
        said = [str(word) for word in words]
        files = {word.rsplit("/", 1)[-1] for word in " ".join(said).split()}
        return "\n".join([" ".join(said), *(text for file, text in self.texts.items() if file in files)])

    def command(self) -> str:
        """What the container runs."""
        return self.shell((*self.spec.get("command", ()), *self.spec.get("args", ())))

    def hook(self) -> str:
        """What its preStop hook runs; empty without one."""
        action = (self.spec.get("lifecycle") or {}).get("preStop") or {}
        return self.shell((action.get("exec") or {}).get("command", ())) if "exec" in action else ""


class Manifests:
    """The objects of one deployment."""

    def __init__(self, items: Iterable[Object]) -> None:
        """``items`` as parsed; they are read, not copied."""
        self.items = tuple(items)

    def of_kind(self, kind: str) -> Iterator[Object]:
        """All objects of a kind."""
        return iter(self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> Mapping[object, list[Object]]:
        found: dict[object, list[Object]] = {}
        for item in self.items:
            found.setdefault(item.get("kind"), []).append(item)
        return found

    @cached_property
    def _maps(self) -> Mapping[object, Mapping[str, str]]:
        """What every ConfigMap holds, by its name."""
        return {item["metadata"]["name"]: item.get("data") or {} for item in self.of_kind("ConfigMap")}

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Every container of every StatefulSet and CronJob, init containers among them."""
        return tuple(self._containers())

    def _containers(self) -> Iterator[Container]:
        for item in (*self.of_kind("StatefulSet"), *self.of_kind("CronJob")):
            pod = pod_template(item)["spec"]
            texts = dict(self.texts(item))
            # A Sentinel may also be a sidecar of each Redis.
            found = {name: serving(pod, name) for name in _ROLES}
            for spec in (*pod.get("initContainers", ()), *pod.get("containers", ())):
                own = next((name for name, each in found.items() if each and each[0] is spec), "")
                section = SECTIONS.get(spec["name"]) or (own or role(item) or "redis",)
                yield Container(item["metadata"]["name"], own, section, spec, pod, texts)

    def serving(self, *roles: str) -> Iterator[Container]:
        """The containers that serve as Redis or Sentinel."""
        return (container for container in self.containers if container.role in (roles or tuple(_ROLES)))

    def texts(self, workload: Object) -> Iterator[tuple[str, str]]:
        """File and text of every ConfigMap that a workload's pods mount."""
        for volume in pod_template(workload)["spec"].get("volumes", ()):
            name = (volume.get("configMap") or {}).get("name")
            yield from self._maps.get(name, {}).items()


def role(workload: Object) -> str:
    """``redis`` or ``sentinel`` where the pods of a StatefulSet serve as one, else empty."""
    pod = pod_template(workload)["spec"]
    return next((name for name in _ROLES if serving(pod, name)), "")


def serving(pod: Object, role: str) -> tuple[Object, int] | None:
    """The container of a pod spec that serves as ``redis`` or ``sentinel``, and its port."""
    for container in pod.get("containers", ()):
        for port in container.get("ports", ()):
            if port.get("name") == role or port["containerPort"] == _ROLES.get(role):
                return container, port["containerPort"]
    return None


once = lru_cache(maxsize=128)
"""For what is asked of a script: a run asks it of each deployment, and most have the same scripts."""


@once
def lines(text: str) -> tuple[str, ...]:
    """The lines of a script or configuration that say something."""
    stripped = (line.strip() for line in text.splitlines())
    return tuple(line for line in stripped if line and not line.startswith("#"))
