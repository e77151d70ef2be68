"""Services: do they have the requested types and ports, and select exactly the pods of this deployment?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks import asked
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import NOT_AS_ASKED, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look

_OF_SERVICE = "kubernetes.io/service-name"
Port = tuple[str, int, str, str]


@probe("PB150", remedy=NOT_AS_ASKED)
async def services_are_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Service has the requested type and ports, and is headless if requested."""
    live = {each["metadata"]["name"]: each for each in await look.listed("Service")}
    for wanted in asked.of_kind(look.desired, "Service"):
        name, spec = wanted["metadata"]["name"], wanted["spec"]
        if name not in live:
            yield f"there is no Service {name}"
            continue
        found = live[name]["spec"]
        ports = _ports(found)
        told = ", ".join(f"{port} to {target}" for _, port, _, target in ports)
        look.note(
            "", f"get Service {name}", f"{found.get('type')}, cluster IP {found.get('clusterIP')}, {told}"
        )
        kind = spec.get("type", "ClusterIP")
        if found.get("type") != kind:
            yield f"Service {name} has type {found.get('type')} instead of {kind}"
        if (spec.get("clusterIP") == "None") != (found.get("clusterIP") == "None"):
            yield f"Service {name} is {'not ' if spec.get('clusterIP') == 'None' else ''}headless"
        if ports != _ports(spec):
            yield f"Service {name} has the ports {ports} instead of {_ports(spec)}"


def _ports(spec: Object) -> list[Port]:
    return sorted(
        (
            each.get("name", ""),
            each["port"],
            each.get("protocol", "TCP"),
            str(each.get("targetPort", each["port"])),
        )
        for each in spec.get("ports", ())
    )


@probe(
    "PB151",
    remedy=Remedy(
        "Remove the label from foreign pods. If one of our pods is missing, find out why it is not ready.",
        "kubectl -n NAMESPACE get endpointslices -l app.kubernetes.io/instance=DEPLOYMENT -o yaml",
    ),
)
async def services_lead_to_our_pods(look: Look) -> AsyncIterator[str]:
    """The endpoints of every Service are exactly the ready pods of this deployment that it selects."""
    slices = await look.listed("EndpointSlice")
    for wanted in asked.of_kind(look.desired, "Service"):
        name, selector = wanted["metadata"]["name"], wanted["spec"].get("selector")
        expected = {
            pod
            for pod, template in asked.pods(look.desired).items()
            if selector and selector.items() <= asked.labels_of(pod, template).items()
        }
        if not expected:
            continue
        own = [each for each in slices if (each["metadata"].get("labels") or {}).get(_OF_SERVICE) == name]
        ready = dict(_endpoints(own))
        look.note(
            "",
            f"get EndpointSlice of {name}",
            "\n".join(f"{p}: {'ready' if r else 'not ready'}" for p, r in ready.items()),
        )
        if missing := sorted(pod for pod in expected if not ready.get(pod)):
            yield f"Service {name} has no ready endpoint {listed(missing)}"
        if foreign := sorted(pod for pod in ready if pod not in expected):
            yield f"Service {name} also selects {listed(foreign)}, which is no pod of this deployment"


def _endpoints(slices: Iterable[Object]) -> Iterable[tuple[str, bool]]:
    for each in slices:
        for endpoint in each.get("endpoints") or ():
            conditions = endpoint.get("conditions") or {}
            # For a Service that publishes pods before they are ready, only "serving" shows readiness.
            serving = conditions.get("serving", conditions.get("ready", True))
            yield (
                (endpoint.get("targetRef") or {}).get("name", listed(endpoint.get("addresses", ()))),
                bool(serving),
            )
