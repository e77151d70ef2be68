"""Metrics: does each server have an exporter, does Prometheus find it, and does it have the metrics of alerts?

An exporter's image has no shell, so the server's container queries it: both share one network, and the images of Redis
and Valkey have wget (alpine) or bash (Debian).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.profile.formulas.exporter import CLOSES_SINCE
from redismanifests.prove.checks import asked
from redismanifests.prove.checks.live_pods import admitted_pods, containers
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import NOT_AS_ASKED, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look
    from redismanifests.prove.checks.workload import Workload

_OF_REDIS = (
    "redis_up", "redis_instance_info", "redis_memory_used_bytes", "redis_connected_clients", "redis_connected_slaves",
    "redis_uptime_in_seconds", "redis_rdb_last_bgsave_status",
)  # fmt: skip
_OF_SENTINEL = ("redis_up", "redis_sentinel_masters", "redis_sentinel_master_status", "redis_sentinel_tilt")
"""Metrics that alerts need. Source: the metrics of redis_exporter v1.45 and v1.69."""
_NO_TOOL = "no-tool"
_ASK = f"""
case $0 in https:*) unverified=--no-check-certificate ;; *) unverified= ;; esac
if command -v wget >/dev/null; then
  # Twice where it is refused: how far it is, which is not quiet, would be printed into the lines of an answer.
  said=$(wget -q $unverified -O - "$0$1" 2>/dev/null) || said=$(wget $unverified -O - "$0$1" 2>&1)
  printf '%s\\n' "$said"
elif command -v bash >/dev/null && [ -z "$unverified" ]; then
  bash -c 'exec 3<>"/dev/tcp/127.0.0.1/${{0##*:}}"; printf "GET $1 HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3' "$0" "$1"
else echo {_NO_TOOL}; fi 2>&1 | grep -E "$2"
"""
"""Prints lines that match $2, from the answer of $0 to GET $1, or from wget's message about a status other than 200."""
_STATUS = f"{_NO_TOOL}|40[04]|refused|HTTP"
_VERSION = r'^redis_exporter_build_info\{.*\bversion="v?([0-9.]+[0-9])'
_ANNOTATIONS = "prometheus.io/"


@probe("PB170", remedy=NOT_AS_ASKED, applies=asked.has_exporters)
async def exporters_are_beside(look: Look) -> AsyncIterator[str]:
    """Each server has the requested exporter in its pod, on its port."""
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


@probe(
    "PB171",
    remedy=Remedy(
        "Read the exporter's log: it cannot log in, or does not support this version of the server (RM075).",
        "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis-exporter --tail=100",
    ),
    applies=asked.has_exporters,
)
async def exporters_tell(look: Look) -> AsyncIterator[str]:
    """Every exporter answers a scrape as of Prometheus, reports its server as up, and has the metrics of alerts."""
    for each in asked.exporters(look.desired):
        redis = each.set_name in dict(look.desired.redis.sets)
        workload, wanted = (look.desired.redis, _OF_REDIS) if redis else (look.desired.sentinel, _OF_SENTINEL)
        pattern = "|".join((_NO_TOOL, *(f"{name}[ {{]" for name in wanted)))
        answers = await look.run_everywhere(workload, "sh", "-c", _ASK, each.url, "/metrics", f"^({pattern})")
        for pod, answer in answers.items():
            told = answer.output
            if told.startswith(_NO_TOOL):
                look.silent[pod] = (
                    f"{pod}: the image of {workload.container} has neither wget nor bash to ask with"
                )
            elif "redis_up" not in told and told.strip():
                look.silent[pod] = f"{pod} was not queried: {told.strip()[:200]}"
            elif not told.strip():
                yield f"{pod}/{each.container} serves no metrics on port {each.port}"
            elif not re.search(r"^redis_up 1$", told, re.MULTILINE):
                yield f"{pod}/{each.container} does not see its server: redis_up is not 1"
            elif missing := [name for name in wanted if not re.search(rf"^{name}[ {{]", told, re.MULTILINE)]:
                yield f"{pod}/{each.container} has no metric {listed(missing)}"


@probe("PB172", remedy=NOT_AS_ASKED, applies=asked.has_exporters)
async def prometheus_finds_the_exporters(look: Look) -> AsyncIterator[str]:
    """Every pod has the rendered annotations by which Prometheus finds its exporter."""
    templates = asked.pods(look.desired)
    for name, pod in (await admitted_pods(look)).items():
        mine, theirs = (each["metadata"].get("annotations") or {} for each in (templates[name], pod))
        wanted = {key: value for key, value in mine.items() if key.startswith(_ANNOTATIONS)}
        has = {key: theirs.get(key) for key in wanted}
        look.note(name, f"get Pod {name}", "\n".join(f"{key}: {value}" for key, value in has.items()))
        for key, value in wanted.items():
            if has[key] != value:
                yield f"{name}: annotation {key} is {has[key]} instead of {value}"


@probe(
    "PB202",
    remedy=Remedy(
        "Check the exporter's version: v1.83.0 is the first that can close /scrape (RM230). Restart the pods.",
        "kubectl -n NAMESPACE get pods -l app.kubernetes.io/instance=DEPLOYMENT -o yaml",
    ),
    applies=asked.has_closed_exporters,
)
async def exporters_serve_no_target(look: Look) -> AsyncIterator[str]:
    """No exporter serves `/scrape` if it is configured to close it; the path is requested without a target."""
    for each in asked.exporters(look.desired):
        if not each.closed:
            continue
        redis = each.set_name in dict(look.desired.redis.sets)
        workload = look.desired.redis if redis else look.desired.sentinel
        # Without a target the exporter connects to nothing: 400 where the path is served, 404 where it is closed.
        answers = await look.run_everywhere(workload, "sh", "-c", _ASK, each.url, "/scrape", _STATUS)
        for pod, answer in answers.items():
            said = answer.output.strip()
            if said.startswith(_NO_TOOL):
                look.silent[pod] = (
                    f"{pod}: the image of {workload.container} has neither wget nor bash to ask with"
                )
            elif not re.search(r"\b40[04]\b", said):
                look.silent[pod] = f"{pod}: port {each.port} did not answer: {said[:200] or 'nothing'}"
            elif not re.search(r"\b404\b", said):
                runs = await _version(look, workload, pod, each.url)
                if runs and runs < CLOSES_SINCE:
                    told = ".".join(map(str, runs))
                    look.silent[pod] = (
                        f"{pod}/{each.container}: version {told} runs, which cannot close /scrape, and not {each.image}"
                    )
                else:
                    yield f"{pod}/{each.container} serves /scrape on port {each.port}"


async def _version(look: Look, workload: Workload, pod: str, url: str) -> tuple[int, ...]:
    """The version that an exporter reports; empty if it reports none."""
    pattern = "^redis_exporter_build_info"
    answer = await look.run(workload, pod, "sh", "-c", _ASK, url, "/metrics", pattern)
    found = re.search(_VERSION, answer.output, re.MULTILINE)
    return tuple(int(part) for part in found[1].split(".")) if found else ()
