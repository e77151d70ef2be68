"""Refusal: refuses manifests that no API server would store, or that could escape from a container.

Names, keys and paths of objects become file names and arguments of tools that run as root. Each check is at least as
strict as that of Kubernetes (pkg/apis/core/validation/validation.go; functions are named). Out of scope: whether the
deployment works, where files are written (volume, rootfs).
"""

from __future__ import annotations

import base64
import binascii
import re
from ipaddress import ip_address, ip_network
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from redismanifests.core.sources.source import printable
from redismanifests.core.values.names import NAMESPACE, OBJECT_NAME, PORT_NAME, Name
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.kubernetes.shape import shape_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.core.object import Object

_LABEL = NAMESPACE._replace(what="a name of at most 63 characters", example="redis")
_DATA_KEY = re.compile(r"(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}")
"""IsConfigMapKey."""
_VARIABLE = re.compile(r"[ -<>-~]+")
"""IsRelaxedEnvVarName: printable ASCII without '='."""
_FIELD = re.compile(
    r"metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)"
    r"|status\.(podIPs?|hostIPs?)"
)
_LONGEST_POD_NAME = 63
_PODS = 100
"""Most pods of a set: more do not fit a developer's machine; each has processes, a network and a root."""
_MODES, _IDS, _PORTS = (0, 0o777), (0, 2**31 - 1), (1, 65535)
_PROTOCOLS = ("TCP", "UDP", "SCTP")
_WHOLE = ("/", "/usr")
_OCCUPIED = (
    *(
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        "/usr/bin",
        "/usr/sbin",
        "/usr/lib",
        "/usr/lib32",
    ),
    *(
        "/usr/lib64",
        "/usr/libx32",
        "/proc",
        "/sys",
        "/dev",
        "/.host",
        "/etc/ld.so.preload",
        "/etc/ld.so.cache",
    ),
    *("/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"),
)
"""Folders of this machine's programs, which start a container before it drops its rights."""
_SHOWN = 12
_VERSIONS = {
    **dict.fromkeys(("ConfigMap", "Namespace", "PersistentVolumeClaim", "Pod", "Secret", "Service"), "v1"),
    "NetworkPolicy": "networking.k8s.io/v1",
    "StatefulSet": "apps/v1",
}
"""Kinds that are read, and their only apiVersion."""


def refuse(objects: Iterable[object]) -> None:
    """Raise RedismanifestsError with every place that cannot be rehearsed safely."""
    found: list[str] = []
    for item in objects:
        faults = list(_faults(item))
        found += [f"{_called(item)}: {printable(fault)}" for fault in faults]
    if found:
        more = f"\n... and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise RedismanifestsError(
            "these objects are refused, as an API server would refuse them:\n"
            + "\n".join(found[:_SHOWN])
            + more,
            "correct these fields",
        )


def _called(item: object) -> str:
    if not isinstance(item, dict):
        return "an object"
    metadata = item.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else ""
    return printable(f"{str(item.get('kind'))[:40]} {str(name)[:80]}")


def _faults(item: object) -> Iterator[str]:
    shape = [str(each) for each in shape_faults(item)] or list(_nul(item, ""))
    if shape or not isinstance(item, dict):
        yield from shape
        return
    kind, metadata = item["kind"], item["metadata"]
    version = _VERSIONS.get(kind, item["apiVersion"])
    if item["apiVersion"] != version:
        # Its fields were not validated: there is no schema of that version.
        yield f"apiVersion: {item['apiVersion'][:80]!r} has no {kind}: write {version}"
        return
    if kind not in _VERSIONS:
        # No name of it becomes a file or an argument.
        return
    longest = NAMESPACE if kind in ("StatefulSet", "Pod", "Service", "Namespace") else OBJECT_NAME
    yield from _named("metadata.name", metadata["name"], longest)
    yield from _named("metadata.namespace", metadata.get("namespace", "default"), NAMESPACE)
    if kind in ("ConfigMap", "Secret"):
        yield from _data(item)
    elif kind == "Service":
        yield from _service(item["spec"])
    elif kind == "NetworkPolicy":
        yield from _policy(item)
    elif kind == "StatefulSet":
        yield from _set(item)


def _nul(value: object, place: str) -> Iterator[str]:
    """Strings that cannot be an argument, variable or file name of a process."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _nul(key, place)
            yield from _nul(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nul(inner, f"{place}[{index}]")
    elif isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        yield f"{place}: contains a NUL or half a character"


def _named(place: str, text: str, name: Name) -> Iterator[str]:
    try:
        name.check(text)
    except ValueError as error:
        yield f"{place}: {error}"


def _within(place: str, number: Any, bounds: tuple[int, int]) -> Iterator[str]:
    if number is not None and not bounds[0] <= number <= bounds[1]:
        yield f"{place}: {number} is not between {bounds[0]} and {bounds[1]}"


def _data(item: Object) -> Iterator[str]:
    for field in ("data", "binaryData", "stringData"):
        for key, text in (item.get(field) or {}).items():
            if not isinstance(key, str) or not _DATA_KEY.fullmatch(key):
                yield f"{field}: {key!r} is no key: 1 to 253 letters, digits, '-', '_' and '.', not beginning with '..'"
            elif field == "binaryData" or (field == "data" and item["kind"] == "Secret"):
                yield from _base64(f"{field}.{key}", text)


def _base64(place: str, text: str) -> Iterator[str]:
    try:
        base64.b64decode(text)
    except (ValueError, binascii.Error):
        yield f"{place}: is no base64"


def _service(spec: Object) -> Iterator[str]:
    address = spec.get("clusterIP") or "None"
    if address != "None" and not _is_ipv4(address):
        yield f"spec.clusterIP: {address!r} is neither None nor an IPv4 address"
    for index, port in enumerate(spec.get("ports") or ()):
        place = f"spec.ports[{index}]"
        yield from _port(place, port, "port", "name")
        if isinstance(target := port.get("targetPort"), int):
            yield from _within(f"{place}.targetPort", target, _PORTS)


def _port(place: str, port: Object, number: str, name: str) -> Iterator[str]:
    yield from _within(f"{place}.{number}", port[number], _PORTS)
    if port.get(name):
        yield from _named(
            f"{place}.{name}", port[name], PORT_NAME if number == "containerPort" else NAMESPACE
        )
    if port.get("protocol", "TCP") not in _PROTOCOLS:
        yield f"{place}.protocol: {port['protocol']!r} is none of {', '.join(_PROTOCOLS)}"


def _is_ipv4(text: str) -> bool:
    try:
        return ip_address(text).version == 4
    except ValueError:
        return False


def _policy(item: Object) -> Iterator[str]:
    for direction, ends in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(item["spec"].get(direction) or ()):
            place = f"spec.{direction}[{index}]"
            for number, peer in enumerate(rule.get(ends) or ()):
                block = peer.get("ipBlock") or {}
                for text in (*([block["cidr"]] if block else ()), *(block.get("except") or ())):
                    try:
                        ip_network(text)
                    except ValueError:
                        yield f"{place}.{ends}[{number}].ipBlock: {text!r} is no range of addresses"
            for number, port in enumerate(rule.get("ports") or ()):
                if port.get("protocol", "TCP") not in _PROTOCOLS:
                    yield f"{place}.ports[{number}].protocol: is none of {', '.join(_PROTOCOLS)}"


def _set(item: Object) -> Iterator[str]:
    spec, name = item["spec"], item["metadata"]["name"]
    yield from _within("spec.replicas", spec.get("replicas"), (0, _PODS))
    pod = spec["template"]["spec"]
    yield from _named("spec.serviceName", spec.get("serviceName") or "none", NAMESPACE)
    if len(f"{name}-{_PODS}") > _LONGEST_POD_NAME:
        yield f"metadata.name: the pods' names would have more than {_LONGEST_POD_NAME} characters"
    claims = [claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates") or ()]
    chosen = (spec["selector"].get("matchLabels") or {}).items()
    if not chosen <= (spec["template"]["metadata"].get("labels") or {}).items():
        # ValidateStatefulSet.
        yield "spec.template.metadata.labels: are not those of spec.selector"
    for index, claim in enumerate(claims):
        yield from _named(f"spec.volumeClaimTemplates[{index}].metadata.name", claim, _LABEL)
    yield from _pod("spec.template.spec", pod, claims)


def _pod(place: str, pod: Object, claims: Iterable[str]) -> Iterator[str]:
    for field in ("hostname", "subdomain"):
        if pod.get(field):
            yield from _named(f"{place}.{field}", pod[field], NAMESPACE)
    for option in (pod.get("dnsConfig") or {}).get("options") or ():
        if not option.get("name"):
            yield f"{place}.dnsConfig.options: one has no name"
    volumes = pod.get("volumes") or ()
    for index, volume in enumerate(volumes):
        yield from _volume(f"{place}.volumes[{index}]", volume)
    known = [*(volume["name"] for volume in volumes), *claims]
    yield from _unique(f"{place}.volumes", known)
    containers = (*(pod.get("initContainers") or ()), *pod["containers"])
    if not pod["containers"]:
        yield f"{place}.containers: is empty"
    yield from _unique(f"{place}.containers", [each["name"] for each in containers])
    yield from _identities(f"{place}.securityContext", pod.get("securityContext") or {})
    for container in containers:
        yield from _container(f"{place}.containers[{container['name']}]", container, set(known))


def _unique(place: str, names: list[str]) -> Iterator[str]:
    yield from (f"{place}: {name!r} twice" for name in dict.fromkeys(names) if names.count(name) > 1)


def _identities(place: str, context: Object) -> Iterator[str]:
    for field in ("runAsUser", "runAsGroup", "fsGroup"):
        yield from _within(f"{place}.{field}", context.get(field), _IDS)
    for group in context.get("supplementalGroups") or ():
        yield from _within(f"{place}.supplementalGroups", group, _IDS)


def _volume(place: str, volume: Object) -> Iterator[str]:
    yield from _named(f"{place}.name", volume["name"], _LABEL)
    if "persistentVolumeClaim" in volume:
        yield from _named(place, (volume["persistentVolumeClaim"] or {}).get("claimName") or "", OBJECT_NAME)
    projected = volume.get("projected") or {}
    sources = [volume.get("configMap"), volume.get("secret"), projected]
    for source in projected.get("sources") or ():
        sources += [source.get("configMap"), source.get("secret")]
    if "secret" in volume and not (volume["secret"] or {}).get("secretName"):
        yield f"{place}.secret: has no secretName"
    if "configMap" in volume and not (volume["configMap"] or {}).get("name"):
        yield f"{place}.configMap: has no name"
    for source in filter(None, sources):
        yield from _within(f"{place}.defaultMode", source.get("defaultMode"), _MODES)
        for item in source.get("items") or ():
            yield from _within(f"{place}.items.mode", item.get("mode"), _MODES)
            yield from _local(f"{place}.items.path", item["path"])


def _local(place: str, path: str) -> Iterator[str]:
    """validateLocalNonReservedPath: below the volume, and not where the kubelet keeps its own (``..data``)."""
    parts = path.split("/")
    if not path or path.startswith("/") or ".." in parts or parts[0].startswith("..") or not _plain(path):
        yield f"{place}: {path!r} is no path below the volume"


def _plain(path: str) -> bool:
    return not any(ord(character) < 32 for character in path)


def _container(place: str, container: Object, volumes: set[str]) -> Iterator[str]:
    yield from _named(f"{place}.name", container["name"], _LABEL)
    if not container.get("image"):
        yield f"{place}.image: is missing"
    yield from _identities(f"{place}.securityContext", container.get("securityContext") or {})
    for variable in container.get("env") or ():
        if not _VARIABLE.fullmatch(variable["name"]):
            yield f"{place}.env: {variable['name']!r} is no name of a variable"
        field = (variable.get("valueFrom") or {}).get("fieldRef")
        if field and not _FIELD.fullmatch(field["fieldPath"]):
            yield f"{place}.env: {field['fieldPath']!r} is no field that a pod can refer to"
    for source in container.get("envFrom") or ():
        if source.get("prefix") and not _VARIABLE.fullmatch(source["prefix"]):
            yield f"{place}.envFrom: {source['prefix']!r} begins no name of a variable"
    for index, port in enumerate(container.get("ports") or ()):
        yield from _port(f"{place}.ports[{index}]", port, "containerPort", "name")
    mounts = container.get("volumeMounts") or ()
    yield from _unique(f"{place}.volumeMounts", [str(PurePosixPath(each["mountPath"])) for each in mounts])
    for index, mount in enumerate(mounts):
        yield from _mount(f"{place}.volumeMounts[{index}]", mount, volumes)


def _mount(place: str, mount: Object, volumes: set[str]) -> Iterator[str]:
    if mount["name"] not in volumes:
        yield f"{place}.name: no volume is called {mount['name']!r}"
    if mount.get("subPath"):
        yield from _local(f"{place}.subPath", mount["subPath"])
    if mount.get("subPathExpr"):
        yield f"{place}.subPathExpr: is not supported in a rehearsal; write subPath"
    path = mount["mountPath"]
    parts = path.split("/")
    if not path.startswith("/") or ".." in parts or ":" in path or not _plain(path):
        yield f"{place}.mountPath: {path!r} is no absolute path without '..' and ':'"
        return
    clean = "/" + "/".join(part for part in parts if part not in ("", "."))
    taken = next((each for each in _OCCUPIED if f"{clean}/".startswith(f"{each}/")), "")
    if taken or clean in _WHOLE:
        yield f"{place}.mountPath: {path!r} covers {taken or clean}, which has this machine's programs"
