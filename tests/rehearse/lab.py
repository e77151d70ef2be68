"""Lab: the first deployment that was measured, with the faults that only a real Kubernetes showed put back.

``lab/hostname.yaml`` is what was applied there in the end; each function takes one of its corrections away again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from redismanifests.core.sources.foreign import foreign_texts

_FILE = Path(__file__).parent / "lab" / "hostname.yaml"


def objects() -> list[dict[str, Any]]:
    """As kubectl read them: 0555 is octal."""
    documents: list[Any] = [
        each.value for each in foreign_texts(_FILE.name, _FILE.read_text(encoding="utf-8"))
    ]
    return documents


def _named(items: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    return next(item for item in items if item["kind"] == kind and item["metadata"]["name"] == name)


def with_a_service_called_redis() -> list[dict[str, Any]]:
    """The kubelet then sets REDIS_PORT=tcp://..., and ``: "${REDIS_PORT:=6379}"`` keeps it (finding 7)."""
    items = objects()
    _named(items, "Service", "redis-client")["metadata"]["name"] = "redis"
    for name in ("redis", "redis-sentinel"):
        spec = _named(items, "StatefulSet", name)["spec"]["template"]["spec"]
        spec["enableServiceLinks"] = True
        for container in spec["containers"]:
            container["env"] = [e for e in container.get("env", ()) if not e["name"].endswith("_PORT")]
    return items


def with_a_slow_rewrite(*, forced: bool) -> list[dict[str, Any]]:
    """A replica that begins takes seconds for its first append-only file; ``forced`` is the correction (finding 5)."""
    items = objects()
    data = _named(items, "ConfigMap", "conf")["data"]
    if not forced:
        data["redis.conf"] = data["redis.conf"].replace("shutdown-on-sigterm nosave force\n", "")
    data["redis.conf"] += "rdb-key-save-delay 20000\n"
    _named(items, "StatefulSet", "redis")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 8
    return items
