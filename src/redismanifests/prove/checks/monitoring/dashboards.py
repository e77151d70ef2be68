"""Dashboards: are they where Grafana looks for them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.objects.objects import Manifests
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import APPLY, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.look import Look

_SYNCHRONIZED = "DashboardSynchronized"
"""Condition that the Grafana Operator sets."""


def _rendered(desired: Desired) -> list[Object]:
    return [
        item
        for item in Manifests(desired.objects).of_kind("ConfigMap")
        if any(
            name.endswith(".json") and '"panels"' in text for name, text in (item.get("data") or {}).items()
        )
    ]


def has_dashboards(desired: Desired) -> bool:
    """Whether dashboards are rendered."""
    return bool(_rendered(desired))


@probe(
    "PB207",
    remedy=Remedy(
        "Apply what is rendered; a sidecar finds ConfigMaps by monitoring.dashboards.labels, in the namespaces that it "
        "searches.",
        APPLY,
    ),
    applies=has_dashboards,
)
async def dashboards_are_found(look: Look) -> AsyncIterator[str]:
    """The ConfigMap of every dashboard is there as rendered, with the labels that Grafana's sidecar selects by."""
    for item in _rendered(look.desired):
        name = item["metadata"]["name"]
        live = await look.get("ConfigMap", name)
        if live is None:
            yield f"ConfigMap {name} is not there"
            continue
        labels = live["metadata"].get("labels") or {}
        look.note("", f"get ConfigMap {name}", ", ".join(f"{key}={labels[key]}" for key in sorted(labels)))
        wanted = item["metadata"]["labels"].items()
        if lacking := [f"{key}={value}" for key, value in wanted if labels.get(key) != value]:
            yield f"ConfigMap {name} lacks the labels {', '.join(lacking)}"
        if live.get("data") != item["data"]:
            yield f"ConfigMap {name} has another dashboard than rendered"
    for item in Manifests(look.desired.objects).of_kind("GrafanaDashboard"):
        name = item["metadata"]["name"]
        live = await look.get("GrafanaDashboard", name)
        conditions = ((live or {}).get("status") or {}).get("conditions") or ()
        found: Object = next((each for each in conditions if each.get("type") == _SYNCHRONIZED), {})
        look.note("", f"get GrafanaDashboard {name}", f"{_SYNCHRONIZED}: {found.get('status', 'not set')}")
        if live is None:
            yield f"GrafanaDashboard {name} is not there"
        elif found.get("status") != "True":
            reason = found.get("message") or "the Grafana Operator has set no status"
            yield f"GrafanaDashboard {name} is in no Grafana: {reason}"
