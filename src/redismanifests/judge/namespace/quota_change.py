"""Namespace quota change: the line of the profile that weighs most in a sum, and how little of it would be enough.

A change is only reported after it was checked again by the namespace's own rules: a memory limit that would satisfy a
quota and break a LimitRange helps no one.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.judge.admission.limit_range.limit_range import decide_claim, decide_pod
from redismanifests.judge.admission.resource_quota.resource_quota import concerns
from redismanifests.judge.admission.resource_quota.resource_quota_name import CLAIMS, PODS, SERVICES
from redismanifests.judge.case.section import SECTIONS
from redismanifests.render.rendered import pod_template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Manifest
    from redismanifests.judge.admission.pod import Container, Side
    from redismanifests.judge.admission.resource_quota.resource_quota import Total
    from redismanifests.judge.case.demands import Demands
    from redismanifests.judge.namespace.charges import Made

_BYTES, _MILLI = 2**20 * NANO, NANO // 1000
"""What one writes amounts in: whole MiB, or thousandths of a core."""
_MOST_GIVEN_AWAY = 16
"""A round figure is less than what would be enough by less than one part of so many."""
_FEWEST = {"redis": 2}
"""Pods below which no one can go for the sake of a quota; the number of Sentinels decides elections."""


def setting(all_made: Sequence[Made], total: Total) -> Path:
    """The line that weighs most in ``total``."""
    heaviest = _heaviest(all_made, total)
    component = _component(heaviest)
    resource, plural = total.resource, heaviest.charge.plural
    if heaviest.pod is not None and resource not in {PODS, f"count/{PODS}"}:
        container, side, base = _largest(heaviest, resource)
        return (*SECTIONS[container.name], "resources", side, base) if container else (component,)
    if plural == CLAIMS and resource.endswith("requests.storage"):
        return (component, "storage", "size")
    if plural in {PODS, CLAIMS}:
        return (component, "replicas") if component in SECTIONS else (component,)
    if plural == SERVICES:
        of_type = resource in {"services.nodeports", "services.loadbalancers"}
        return ("services", component, "type") if of_type else ("services",)
    return ("disruption",) if plural.startswith("poddisruptionbudgets") else ("namespace",)


def change(demands: Demands, all_made: Sequence[Made], total: Total, minor: int) -> str:
    """The smallest change of that line alone that the namespace would admit; empty where there is none."""
    path = setting(all_made, total)
    heaviest = _heaviest(all_made, total)
    too_much = (total.needed - total.allowed).nano
    if path[-1] == "type":
        spared = heaviest.charge.usage[total.resource].nano * heaviest.number
        return f"set {_dotted(path)} to ClusterIP" if spared >= too_much else ""
    if path[-1] == "replicas":
        fewer = heaviest.number - -(-too_much // NANO)
        least = _fewest(heaviest)
        return f"set {_dotted(path)} to {fewer}" if least and fewer >= least else ""
    share = -(-too_much // heaviest.number)
    if path[-1] == "size":
        return _smaller_claim(demands, heaviest, path, share)
    if "resources" in path:
        return _smaller_pod(demands, heaviest, total.resource, share, minor)
    return ""


def _heaviest(all_made: Sequence[Made], total: Total) -> Made:
    """The objects that make up most of ``total``."""
    concerned = [
        each
        for each in all_made
        if total.resource in each.charge.usage and concerns(total.quota, each.charge)
    ]
    # Of two that weigh the same, the one that may be changed.
    return max(
        concerned, key=lambda each: (each.charge.usage[total.resource].nano * each.number, _fewest(each))
    )


def _fewest(pods: Made) -> int:
    return _FEWEST.get(_component(pods), 0)


def _component(each: Made) -> str:
    labels = each.manifest["metadata"].get("labels", {})
    return str(labels.get("app.kubernetes.io/component", "namespace"))


def _largest(pods: Made, resource: str) -> tuple[Container | None, Side, str]:
    """The container that asks for most of what a quota calls ``resource``, on which side, and its name there."""
    side: Side = "limits" if resource.startswith("limits.") else "requests"
    base = resource.removeprefix("limits.").removeprefix("requests.")
    asking = [each for each in pods.pod.containers if base in each.amounts(side)] if pods.pod else []
    return max(asking, key=lambda each: each.amounts(side)[base], default=None), side, base


def _smaller_claim(demands: Demands, claims: Made, path: Path, share: int) -> str:
    for template in claims.manifest["spec"]["volumeClaimTemplates"]:
        if template["metadata"]["name"] == claims.charge.name:
            smaller = _less(claims.charge.usage["requests.storage"], share)
            claim = deepcopy(template)
            claim["spec"]["resources"]["requests"]["storage"] = str(smaller)
            if smaller and not decide_claim(demands.limit_ranges, claim):
                return f"set {_dotted(path)} to {smaller}"
    return ""


def _smaller_pod(demands: Demands, pods: Made, resource: str, share: int, minor: int) -> str:
    container, side, base = _largest(pods, resource)
    smaller = _less(container.amounts(side)[base], share) if container else None
    if container is None or smaller is None:
        return ""
    lines = {side: smaller}
    request = container.requests.get(base)
    if side == "limits" and request is not None and request > smaller:
        lines["requests"] = smaller
    template: Manifest = deepcopy(pod_template(pods.manifest)["spec"])
    containers = template[str(container.path[0])]
    resources = containers[container.path[1]].setdefault("resources", {})
    for each, amount in lines.items():
        resources.setdefault(each, {})[base] = str(amount)
    if not decide_pod(demands.limit_ranges, template, "", minor).admitted:
        return ""
    section = SECTIONS[container.name]
    written = (
        f"{_dotted((*section, 'resources', each, base))} to {amount}" for each, amount in lines.items()
    )
    return f"set {' and '.join(written)}"


def _less(amount: Quantity, share: int) -> Quantity | None:
    """``amount`` less ``share`` billionths, rounded down to what one writes; None where less than half would be left.

    Who must do with less than half needs another quota, not another number.
    """
    nano = amount.nano - share
    binary = nano >= _BYTES
    for step in _steps(_BYTES if binary else _MILLI, nano, binary=binary):
        rounded = nano - nano % step
        if 2 * rounded >= amount.nano:
            return Quantity(rounded, "BinarySI" if binary else amount.format)
    return None


def _steps(unit: int, nano: int, *, binary: bool) -> tuple[int, ...]:
    """What an amount is rounded down to, the roundest first: 512Mi and not 537Mi, 230m and not 233m."""
    steps = [unit]
    while (larger := steps[-1] * (2 if binary or str(steps[-1])[0] == "5" else 5)) * _MOST_GIVEN_AWAY <= nano:
        steps.append(larger)
    return tuple(reversed(steps))


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
