"""References: whether the rendered objects hang together: labels, mounts, ports, names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault
from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.object import Object
from redismanifests.core.pattern import pattern
from redismanifests.core.sources.repeated import repeated_key
from redismanifests.judge.objects.objects import role
from redismanifests.render.rendered import pod_template

if TYPE_CHECKING:
    from redismanifests.judge.case.case import Case
    from redismanifests.render.rendered import RenderedObject, Rendering

BROKEN_REFERENCE = FindingKind(
    "RM090",
    "objects-do-not-hang-together",
    Severity.ERROR,
    "The rendered objects refer to something that is not there, or claim one name, port or volume twice. "
    "Rename one of the two, or add what is missing; kubectl apply would take one of them away without a word.\n\n"
    "Source: Kubernetes docs, concepts: labels and selectors, Services, volumes, ConfigMaps.",
)

Objects = Mapping[tuple[str, str], Object]
"""Manifests by kind and name."""


def findings(case: Case) -> Iterator[Finding]:
    """Every duplicate key, and every broken reference, in the rendered objects."""
    for fault in (*repeated_keys(case.rendering), *faults(case.rendering.objects)):
        yield BROKEN_REFERENCE.at(case.source, fault.path, fault.fact, fault.fix, at_key=True)


def faults(rendered: tuple[RenderedObject, ...]) -> Iterator[Fault]:
    """Everything that does not hang together; the path leads to the section that most likely causes it."""
    objects: dict[tuple[str, str], Object] = {}
    files: dict[tuple[str, str], str] = {}
    for item in rendered:
        key = (item.manifest["kind"], item.manifest["metadata"]["name"])
        if key in objects:
            fact = f"{files[key]} and {item.file} are both {key[0]} {key[1]}"
            yield Fault(path=("services",), fact=fact, fix="give the Services different names")
        objects[key], files[key] = item.manifest, item.file
    for (kind, name), manifest in objects.items():
        if kind == "StatefulSet":
            yield from _of_set(name, manifest, objects)
        elif kind == "CronJob":
            for fact in (*_references(manifest, objects), *_mounts(manifest, objects)):
                yield Fault(path=("backup",), fact=f"CronJob {name}: {fact}", fix=_FIX)
        elif kind in ("Service", "PodDisruptionBudget"):
            for fact in _selects(manifest, objects):
                yield Fault(path=("services",), fact=f"{kind} {name}: {fact}", fix=_FIX)


def _of_set(name: str, manifest: Object, objects: Objects) -> Iterator[Fault]:
    section = (role(manifest) or "redis",)
    for check in (_selector, _references, _mounts, _probed_ports):
        for fact in check(manifest, objects):
            yield Fault(path=section, fact=f"StatefulSet {name}: {fact}", fix=_FIX)
    for annotation, fact in _annotated_containers(manifest):
        at = ("pods", "annotations", annotation)
        yield Fault(path=at, fact=f"StatefulSet {name}: {fact}", fix=f"remove {annotation}", at_key=True)
    for own, fact in _shared_ports(manifest):
        # A server has two ports only if it has one with TLS and one without.
        path = ("tls", "plainPorts", *section) if own else ("exporters", *section, "port")
        yield Fault(path=path, fact=f"StatefulSet {name}: {fact}", fix="choose another port")


def repeated_keys(rendered: Rendering) -> Iterator[Fault]:
    """Keys that a mapping has twice: strict readers refuse them, others keep one of the two values."""
    # Reading a file once more takes a quarter of a profile's time, and hardly any has more colons than keys.
    read = {item.file: item.manifest for item in rendered.objects}
    if _most_keys("\n".join(rendered.bare.values())) == _keys([read[file] for file in rendered.bare]):
        clear = {*rendered.bare}
    else:
        clear = {file for file, text in rendered.bare.items() if _most_keys(text) == _keys(read[file])}
    for file, content in rendered.files.items():
        if file not in clear and (found := repeated_key(content.decode())) is not None:
            key, line = found
            yield Fault(path=(), fact=f"{file}: line {line}: {key} occurs twice in one mapping", fix=_FIX)


_COMMENT = pattern(r"\n *#[^\n]*")
_UNUSUAL = ('":', "':", "]:", "}:", ":\t", ":\r", "? ")
"""Keys that are quoted or nested, or marked as such."""


def _most_keys(text: str) -> int:
    """As many keys as there are in ``text``, or more, so equal to those read means none twice; -1: nothing is known."""
    bare = _COMMENT.sub("", f"\n{text}")
    return -1 if any(each in bare for each in _UNUSUAL) else bare.count(": ") + bare.count(":\n")


def _keys(value: object) -> int:
    """How many keys the mappings in ``value`` have in all."""
    keys, seen = 0, [value]
    for each in seen:  # which grows meanwhile
        if isinstance(each, dict):
            keys += len(each)
            seen += each.values()
        elif isinstance(each, list):
            seen += each
    return keys


_FIX = "change the setting; if the profile does not cause this, the templates do: please report it"
_Check = Callable[[Object, Objects], Iterator[str]]


def _selector(manifest: Object, objects: Objects) -> Iterator[str]:
    labels = _pod_labels(manifest)
    for key, value in manifest["spec"]["selector"].get("matchLabels", {}).items():
        if labels.get(key) != value:
            yield f"selects {key}={value}, and its own pods have {labels.get(key)!r}"


def _pod_labels(manifest: Object) -> Mapping[str, str]:
    return manifest["spec"]["template"]["metadata"].get("labels") or {}


def _references(manifest: Object, objects: Objects) -> Iterator[str]:
    spec = manifest["spec"]
    pod = pod_template(manifest)["spec"]
    named = [("Service", spec.get("serviceName")), ("ServiceAccount", pod.get("serviceAccountName"))]
    named += [("ConfigMap", v["configMap"]["name"]) for v in pod.get("volumes", ()) if "configMap" in v]
    for kind, name in named:
        # Every namespace has its default account.
        if name and (kind, name) not in {*objects, ("ServiceAccount", "default")}:
            yield f"names {kind} {name}, which is not rendered"


def _mounts(manifest: Object, objects: Objects) -> Iterator[str]:
    spec = manifest["spec"]
    pod = pod_template(manifest)["spec"]
    volumes = {v["name"] for v in pod.get("volumes", ())}
    volumes |= {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", ())}
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        for mount in container.get("volumeMounts", ()):
            if mount["name"] not in volumes:
                yield f"container {container['name']} mounts {mount['name']}, and there is no such volume"


def _annotated_containers(manifest: Object) -> Iterator[tuple[str, str]]:
    """Annotations of before 1.30 name a container; where it is missing, the API server refuses the StatefulSet.

    Source: ValidateAppArmorPodAnnotations in Kubernetes' validation.go.
    """
    template = manifest["spec"]["template"]
    spec = template["spec"]
    names = {container["name"] for container in (*spec["containers"], *spec.get("initContainers", ()))}
    for key in template["metadata"].get("annotations", {}):
        name = key.removeprefix(_APP_ARMOR)
        if name != key and name not in names:
            yield key, f"an annotation names container {name}, which its pods do not have"


_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"


def _shared_ports(manifest: Object) -> Iterator[tuple[bool, str]]:
    """Whether it is the same container twice, and what is wrong."""
    taken: dict[int, str] = {}
    for container in manifest["spec"]["template"]["spec"]["containers"]:
        for port in container.get("ports", ()):
            number = port["containerPort"]
            if number in taken:
                own = taken[number] == container["name"]
                fact = f"containers {taken[number]} and {container['name']} both listen on port {number}"
                yield own, f"container {container['name']} listens on port {number} twice" if own else fact
            taken[number] = container["name"]


def _probed_ports(manifest: Object, objects: Objects) -> Iterator[str]:
    for container in manifest["spec"]["template"]["spec"]["containers"]:
        names = {port.get("name") for port in container.get("ports", ())}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            for handler in ("tcpSocket", "httpGet"):
                port = container.get(probe, {}).get(handler, {}).get("port")
                if isinstance(port, str) and port not in names:
                    yield f"the {probe} of {container['name']} asks port {port}, which it does not have"


def _selects(manifest: Object, objects: Objects) -> Iterator[str]:
    spec = manifest["spec"]
    selector = spec["selector"].get("matchLabels", spec["selector"])
    sets = [o for (kind, _), o in objects.items() if kind == "StatefulSet"]
    chosen = [s for s in sets if _matches(s, selector)]
    if len(chosen) != 1:
        yield f"selects the pods of {len(chosen)} StatefulSets"
        return
    containers = chosen[0]["spec"]["template"]["spec"]["containers"]
    names = {port.get("name") for container in containers for port in container.get("ports", ())}
    for port in spec.get("ports", ()):
        target = port.get("targetPort", port["port"])
        # A number needs no port of that name, nor any that is declared.
        if isinstance(target, str) and target not in names:
            yield f"leads to port {target}, which no container has"


def _matches(manifest: Object, selector: Mapping[str, str]) -> bool:
    labels = dict(_pod_labels(manifest))
    pod = selector.get("statefulset.kubernetes.io/pod-name", "")
    name, _, ordinal = pod.rpartition("-")
    replicas = manifest["spec"].get("replicas", 1)
    # Without pods it is a deployment that was stopped, not one that has fewer.
    if (
        name == manifest["metadata"]["name"]
        and ordinal.isdigit()
        and (int(ordinal) < replicas or not replicas)
    ):
        # The StatefulSet controller puts this label on each pod.
        labels["statefulset.kubernetes.io/pod-name"] = pod
    return all(labels.get(key) == value for key, value in selector.items())
