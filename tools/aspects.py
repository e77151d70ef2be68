"""Aspects: what a deployment of Redis is, read from its objects alone; for `compare_migrate.py`.

The objects are those of a chart or ours. So a container is known by its name, and a setting by the line, variable or
script in which one of them writes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.migrate.row import version_of
from redismanifests.profile.formulas.configuration.directive_value import memory_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PARTS = ("redis", "sentinel", "exporter")
AMOUNTS = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
_WORKLOADS = ("StatefulSet", "Deployment")


def parts(objects: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Each container that is Redis, a Sentinel or an exporter of one: which, its workload, and itself."""
    for item in objects:
        if item["kind"] not in _WORKLOADS:
            continue
        for container in item["spec"]["template"]["spec"]["containers"]:
            name = container["name"]
            if "exporter" in name or name == "metrics":
                yield "sentinel exporter" if name.startswith("sentinel") else "exporter", item, container
            elif "sentinel" in name:
                yield "sentinel", item, container
            elif name in ("redis", "valkey"):
                yield "redis", item, container


def texts(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every text that a file or a container of the deployment has."""
    found = [
        text for item in objects if item["kind"] == "ConfigMap" for text in (item.get("data") or {}).values()
    ]
    for _, item, container in parts(objects):
        pod = item["spec"]["template"]["spec"]
        for each in (*pod.get("initContainers", ()), container):
            found += [str(word) for key in ("command", "args") for word in each.get(key) or ()]
    return found


def aspects(objects: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a deployment is, from its objects alone."""
    here = list(parts(objects))
    whole = "\n".join(texts(objects))
    found: dict[str, Any] = {
        "pods": sum(item["spec"].get("replicas", 1) for part, item, _ in here if part == "redis"),
        "Sentinels": sum(item["spec"].get("replicas", 1) for part, item, _ in here if part == "sentinel"),
        "exporter": any(part == "exporter" for part, _, _ in here),
        "monitor": any(item["kind"] in ("ServiceMonitor", "PodMonitor") for item in objects),
        "TLS": bool(
            re.search(r"^\s*tls-port [1-9]", whole, re.M) or _variable(here, "REDIS_TLS_ENABLED") == "yes"
        ),
    }
    if found["Sentinels"]:
        found |= _watching(whole)
    found |= _amounts(here)
    found |= _volumes(here)
    found |= _lines(objects, whole)
    found |= _login(here, whole, objects)
    found |= _services(objects, here)
    found |= _placed(here)
    return found


def _watching(whole: str) -> dict[str, Any]:
    monitor = re.search(r"sentinel monitor\"? \"?([^\s$]+?)\"? +\S+ +\S+ +(\d+)\"?\s*$", whole, re.M)
    quorum = re.search(r"^\s*QUORUM=['\"](\d+)['\"]", whole, re.M)
    named = re.search(r"^\s*MASTER_(?:NAME|GROUP)=['\"](.+)['\"]", whole, re.M)
    found: dict[str, Any] = {
        "master name": named[1] if named else monitor[1] if monitor else None,
        "quorum": int(quorum[1]) if quorum else int(monitor[2]) if monitor else None,
    }
    for name, word in (
        ("down-after", "down-after-milliseconds"),
        ("failover timeout", "failover-timeout"),
        ("parallel syncs", "parallel-syncs"),
    ):
        said = re.search(rf"sentinel {word} \S+ (\d+)", whole)
        found[name] = int(said[1]) if said else None
    return found


def _amounts(here: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in PARTS:
        resources = next((each.get("resources") or {} for name, _, each in here if name == part), None)
        if resources is None:
            continue
        for place in AMOUNTS:
            bound, what = place.split(".")
            text = (resources.get(bound) or {}).get(what)
            # Kubernetes requests what is limited, where nothing is requested.
            text = (resources.get("limits") or {}).get(what) if text is None else text
            found[f"{part} {place}"] = None if text is None else str(Quantity.read(text))
    return found


def _volumes(here: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part, word in (("redis", ""), ("sentinel", "Sentinel ")):
        for name, item, container in here:
            if name != part or f"{word}data" in found:
                continue
            # A Sentinel beside a Redis may also mount the volume of that, and the other way round.
            beside = any(other == "redis" and each is item for other, each, _ in here)
            claims = {
                each["metadata"]["name"]: each["spec"]
                for each in item["spec"].get("volumeClaimTemplates") or ()
            }
            mounted = [
                claims[mount["name"]]
                for mount in container.get("volumeMounts") or ()
                if mount["name"] in claims
                and not (
                    part == "sentinel" and beside and mount["name"].endswith(("redis-data", "valkey-data"))
                )
                and not (part == "redis" and "sentinel" in mount["name"])
            ]
            found[f"{word}data"] = "claim" if mounted else "emptyDir"
            if mounted:
                found[f"{word}disk"] = str(Quantity.read(mounted[0]["resources"]["requests"]["storage"]))
            if mounted and part == "redis":
                found["storage class"] = mounted[0].get("storageClassName")
    return found


def _lines(objects: Sequence[Mapping[str, Any]], whole: str) -> dict[str, Any]:
    files = [
        text
        for item in objects
        if item["kind"] == "ConfigMap"
        for name, text in (item.get("data") or {}).items()
        if name.endswith(".conf") and "sentinel" not in name and "replica" not in name
    ]
    said: dict[str, str] = {}
    saves: list[str] | None = None
    for line in "\n".join(files).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word and word[0] != "#":
            said[word.lower()] = value = rest.strip().strip("\"'")
            if word.lower() == "save":
                saves = [*(saves or ()), value] if value else []
    scripts = whole.replace("\n".join(files), "")
    words = "appendonly|maxmemory|maxmemory-policy|min-replicas-to-write|min-replicas-max-lag"
    said |= dict(re.findall(rf"^\s*({words}) (\w[\w-]*)\s*$", scripts, re.M))
    size = said.get("maxmemory", "0")
    return {
        "append-only file": said.get("appendonly", "no") == "yes",
        "snapshots": " ".join(saves) if saves is not None else "of the server",
        "maxmemory": memory_bytes(size.lower()) or None,
        "eviction": said.get("maxmemory-policy", "noeviction"),
        "replicas to write": int(said.get("min-replicas-to-write", said.get("min-slaves-to-write", 0))),
        "lag of replicas": int(said.get("min-replicas-max-lag", said.get("min-slaves-max-lag", 10))),
    }


def _variable(here: list[tuple[str, Any, Any]], name: str) -> Any:
    for part, _, container in here:
        for each in container.get("env") or ():
            if part == "redis" and each["name"] == name:
                return each.get("value", "from a Secret")
    return None


def _login(
    here: list[tuple[str, Any, Any]], whole: str, objects: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Whether Redis and Sentinel ask for a password, and which Secret has it, unless the chart makes that one."""
    secrets = [
        reference["name"]
        for part, item, container in here
        if part == "redis"
        for each in container.get("env") or ()
        for reference in [(each.get("valueFrom") or {}).get("secretKeyRef")]
        if reference and re.search("PASS|AUTH", each["name"])
    ]
    for part, item, container in here:
        mounted = {each["name"] for each in container.get("volumeMounts") or ()}
        for volume in item["spec"]["template"]["spec"].get("volumes") or ():
            if part == "redis" and volume["name"] in mounted and re.search("pass|auth", volume["name"]):
                secrets += _secrets_of(volume)
    made = {item["metadata"]["name"] for item in objects if item["kind"] == "Secret"}
    secret = secrets[0] if secrets else ""
    found: dict[str, Any] = {"password": bool(secrets)}
    if secret and secret not in made:
        found["secret"] = secret
    if any(part == "sentinel" for part, _, _ in here):
        files = [
            text
            for item in objects
            if item["kind"] == "ConfigMap"
            for name, text in (item.get("data") or {}).items()
            if name == "sentinel.conf"
        ]
        files += [
            str(word)
            for part, _, each in here
            if part == "sentinel"
            for key in ("command", "args")
            for word in each.get(key) or ()
        ]
        own = any("requirepass" in text for text in files) or re.search("requirepass.*sentinel", whole)
        found["Sentinel password"] = bool(secrets) and bool(own or "SENTINEL_USER=" in whole)
    return found


def _secrets_of(volume: Mapping[str, Any]) -> list[str]:
    parts_of = [each.get("secret") for each in (volume.get("projected") or {}).get("sources") or ()]
    return [each.get("secretName") or each["name"] for each in (volume.get("secret"), *parts_of) if each]


def _services(objects: Sequence[Mapping[str, Any]], here: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in objects:
        spec = item.get("spec") or {}
        if item["kind"] == "Service":
            found.setdefault("service type", "ClusterIP")
            if spec.get("type", "ClusterIP") != "ClusterIP":
                found["service type"] = spec["type"]
            for port in spec.get("ports") or ():
                name = port.get("name", "")
                if "sentinel" in name:
                    found["Sentinel port"] = port["port"]
                elif re.search("redis|valkey|server", name):
                    found["Redis port"] = port["port"]
        elif item["kind"] == "PodDisruptionBudget" and _covers(spec, here):
            least = spec.get("minAvailable")
            found["eviction of pods"] = spec.get("maxUnavailable", f"minAvailable {least}")
            if isinstance(least, int) and len({id(workload) for _, workload, _ in here}) == 1:
                # Of one workload it is known how many pods may go.
                found["eviction of pods"] = here[0][1]["spec"].get("replicas", 1) - least
    found.setdefault("eviction of pods", "no budget")
    return found


def _placed(here: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    """Whether two pods of Redis may share a node, and the version of the server."""
    _, item, container = next(each for each in here if each[0] == "redis")
    template = item["spec"]["template"]
    anti = (template["spec"].get("affinity") or {}).get("podAntiAffinity") or {}
    spread = template["spec"].get("topologySpreadConstraints") or ()
    hard = bool(anti.get("requiredDuringSchedulingIgnoredDuringExecution")) or any(
        each.get("whenUnsatisfiable") == "DoNotSchedule" for each in spread
    )
    labels = {**item["metadata"].get("labels", {}), **template["metadata"]["labels"]}
    version = version_of(container["image"].partition("@")[0].rpartition(":")[2])
    version = version or version_of(str(labels.get("app.kubernetes.io/version", "")))
    return {"two on a node": not hard, "server": ".".join(map(str, version[:2]))}


def _covers(budget: Mapping[str, Any], here: list[tuple[str, Any, Any]]) -> bool:
    """Whether a budget is about the pods of Redis."""
    wanted = (budget.get("selector") or {}).get("matchLabels") or {}
    return any(
        part == "redis" and wanted.items() <= item["spec"]["template"]["metadata"]["labels"].items()
        for part, item, _ in here
    )
