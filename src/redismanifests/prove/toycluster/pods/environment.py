"""Environment: the variables of a container as the kubelet sets them, and ``$(NAME)`` in its command.

Why: a Service called ``redis`` puts ``REDIS_PORT=tcp://...`` into every pod and has overwritten a start script's own
setting; only the real rules show that.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.objects import Objects
    from redismanifests.prove.toycluster.service import Service

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_API_SERVER: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "kubernetes": ("10.96.0.1", (("https", 443),))
}
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")


def expanded(text: str, values: Mapping[str, str]) -> str:
    """Kubernetes' expansion: ``$(NAME)`` where it is set, ``$$`` for a dollar, anything else unchanged."""

    def value(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else values.get(match[1], match[0])

    return _REFERENCE.sub(value, text)


def service_variables(services: Iterable[Service]) -> dict[str, str]:
    """The variables that Docker links once had, for every Service with an address."""
    known = dict(_API_SERVER)
    for service in services:
        if service.cluster_ip:
            known[service.name] = (
                service.cluster_ip,
                tuple((port.name, port.port) for port in service.ports),
            )
    variables = {}
    for name, (ip, ports) in known.items():
        prefix = name.upper().replace("-", "_")
        variables[f"{prefix}_SERVICE_HOST"] = ip
        for number, (port_name, port) in enumerate(ports):
            if number == 0:
                variables[f"{prefix}_SERVICE_PORT"] = str(port)
                variables[f"{prefix}_PORT"] = f"tcp://{ip}:{port}"
            if port_name:
                variables[f"{prefix}_SERVICE_PORT_{port_name.upper().replace('-', '_')}"] = str(port)
            link = f"{prefix}_PORT_{port}_TCP"
            variables |= {link: f"tcp://{ip}:{port}", f"{link}_PROTO": "tcp", f"{link}_PORT": str(port)}
            variables[f"{link}_ADDR"] = ip
    return variables


def data_of(objects: Objects, kind: str, name: str) -> dict[str, bytes]:
    """The keys of a ConfigMap or Secret; an object that was not rendered has none."""
    item: Object = objects.named(kind, name) or {}
    data = {key: str(text).encode() for key, text in (item.get("data") or {}).items()}
    if kind == "Secret":
        data = {key: base64.b64decode(text) for key, text in data.items()}
        data |= {key: str(text).encode() for key, text in (item.get("stringData") or {}).items()}
    return data | {key: base64.b64decode(text) for key, text in (item.get("binaryData") or {}).items()}


def _fields(pod: Object) -> dict[str, str]:
    """What ``fieldRef`` can ask of a pod that runs."""
    metadata, spec, status = pod["metadata"], pod["spec"], pod["status"]
    fields = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.nodeName": "node1",
        "spec.serviceAccountName": spec.get("serviceAccountName", "default"),
        "status.podIP": status["podIP"],
        "status.podIPs": status["podIP"],
        "status.hostIP": status["hostIP"],
    }
    for key in ("labels", "annotations"):
        fields |= {
            f"metadata.{key}['{name}']": str(value) for name, value in (metadata.get(key) or {}).items()
        }
    return fields


def _referred(source: Object, objects: Objects, pod: Object) -> str | None:
    if "fieldRef" in source:
        # A label or annotation that is not there is an empty text; other paths no API server stores.
        return _fields(pod).get(source["fieldRef"]["fieldPath"], "")
    for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        if field in source:
            found = data_of(objects, kind, source[field]["name"]).get(source[field]["key"])
            return None if found is None else found.decode()
    return None


def container_environment(
    container: Object, pod: Object, objects: Objects, services: Iterable[Service]
) -> dict[str, str]:
    """All variables of one container, later sources over earlier ones as in the kubelet."""
    spec = pod["spec"]
    linked = services if spec.get("enableServiceLinks", True) else ()
    values = {"PATH": PATH, "HOSTNAME": pod["metadata"]["name"], "HOME": "/"} | service_variables(linked)
    for source in container.get("envFrom", ()):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if field in source:
                data = data_of(objects, kind, source[field]["name"])
                values |= {source.get("prefix", "") + key: text.decode() for key, text in data.items()}
    for item in container.get("env", ()):
        value = _referred(item["valueFrom"], objects, pod) if "valueFrom" in item else item.get("value") or ""
        if value is not None:
            values[item["name"]] = value if "valueFrom" in item else expanded(str(value), values)
    return values
