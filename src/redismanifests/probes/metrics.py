"""Metrics: is there an exporter beside each server, does Prometheus find it, and does it tell what alerts need?

An exporter's image has no shell, so the container beside it asks: they share one network, and the images of Redis and
Valkey have wget (alpine) or bash (Debian). What must not come in: alerts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.probes import asked
from redismanifests.probes.live_pods import admitted_pods, containers
from redismanifests.probes.look import listed
from redismanifests.probes.probe import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.probes.look import Look

_OF_REDIS = (
    "redis_up", "redis_instance_info", "redis_memory_used_bytes", "redis_connected_clients", "redis_connected_slaves",
    "redis_uptime_in_seconds", "redis_rdb_last_bgsave_status",
)  # fmt: skip
_OF_SENTINEL = ("redis_up", "redis_sentinel_masters", "redis_sentinel_master_status", "redis_sentinel_tilt")
"""What an alert needs at the least. Source: the metrics of redis_exporter v1.45 and v1.69."""
_NO_TOOL = "no-tool"
_SCRAPE = f"""
if command -v wget >/dev/null; then wget -q -O - "http://127.0.0.1:$0/metrics"
elif command -v bash >/dev/null; then
  bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0"; printf "GET /metrics HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3' "$0"
else echo {_NO_TOOL}; fi 2>&1 | grep -E "^($1)"
"""
_ANNOTATIONS = "prometheus.io/"


@probe("PB170", applies=asked.has_exporters)
async def exporters_are_beside(look: Look) -> AsyncIterator[str]:
    """Beside each server runs the exporter that was asked for, on its port."""
    live = await admitted_pods(look)
    for each in asked.exporters(look.desired):
        for name, pod in live.items():
            if name.rpartition("-")[0] != each.set_name:
                continue
            found = containers(pod["spec"]).get(each.container)
            if found is None:
                yield f"{name} has no container {each.container}"
                continue
            ports = [port["containerPort"] for port in found.get("ports", ())]
            look.note(name, f"get Pod {name}", f"{each.container}: {found['image']}, ports {ports}")
            if found["image"] != each.image:
                yield f"{name}/{each.container}: image {found['image']} instead of {each.image}"
            if each.port not in ports:
                yield f"{name}/{each.container}: ports {ports} instead of {each.port}"


@probe("PB171", applies=asked.has_exporters)
async def exporters_tell(look: Look) -> AsyncIterator[str]:
    """Every exporter tells its metrics when asked as Prometheus asks, sees its server up, and has what alerts need."""
    for each in asked.exporters(look.desired):
        redis = each.set_name == look.desired.redis.name
        workload, wanted = (look.desired.redis, _OF_REDIS) if redis else (look.desired.sentinel, _OF_SENTINEL)
        pattern = "|".join((_NO_TOOL, *(f"{name}[ {{]" for name in wanted)))
        answers = await look.run_everywhere(workload, "sh", "-c", _SCRAPE, str(each.port), pattern)
        for pod, answer in answers.items():
            told = answer.output
            if told.startswith(_NO_TOOL):
                look.silent[pod] = (
                    f"{pod}: the image of {workload.container} has neither wget nor bash to ask with"
                )
            elif "redis_up" not in told and told.strip():
                look.silent[pod] = f"{pod} was not asked: {told.strip()[:200]}"
            elif not told.strip():
                yield f"{pod}/{each.container} tells no metrics on port {each.port}"
            elif not re.search(r"^redis_up 1$", told, re.MULTILINE):
                yield f"{pod}/{each.container} does not see its server: redis_up is not 1"
            elif missing := [name for name in wanted if not re.search(rf"^{name}[ {{]", told, re.MULTILINE)]:
                yield f"{pod}/{each.container} does not tell {listed(missing)}"


@probe("PB172", applies=asked.has_exporters)
async def prometheus_finds_the_exporters(look: Look) -> AsyncIterator[str]:
    """Every pod has the annotations by which Prometheus was meant to find its exporter."""
    templates = asked.pods(look.desired)
    for name, pod in (await admitted_pods(look)).items():
        mine, theirs = (each["metadata"].get("annotations") or {} for each in (templates[name], pod))
        wanted = {key: value for key, value in mine.items() if key.startswith(_ANNOTATIONS)}
        has = {key: theirs.get(key) for key in wanted}
        look.note(name, f"get Pod {name}", "\n".join(f"{key}: {value}" for key, value in has.items()))
        for key, value in wanted.items():
            if has[key] != value:
                yield f"{name}: annotation {key} is {has[key]} instead of {value}"
