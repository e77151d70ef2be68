"""Namespace crowd: how many Services share the namespace, and what their variables cost every program in our pods.

A member finds the ClusterIPs of the others without DNS in the variables that the kubelet gives a container, and those
of every other Service of the namespace come along. Linux copies them at each start of a program, and starts none beyond
2 MiB. Out of scope: deployments that are addressed by host names, whose pods ask for no such variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.core.findings import Document
    from redismanifests.core.object import Object
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.case.case import Case
    from redismanifests.profile.derived.members import Neighbour
    from redismanifests.profile.model import Profile


NAMESPACE_CROWDED = FindingKind(
    "RM224",
    "crowded-namespace",
    Severity.WARNING,
    "So many Services share the namespace that their variables slow down every probe and hook of the pods.\n\n"
    "A member finds the ClusterIPs of the others without DNS in variables that the kubelet makes of every "
    "Service of the namespace (`enableServiceLinks`). Linux copies them at each start of a program, and a "
    "readiness probe starts dozens within seconds. Counted are the profiles of a run, what ResourceQuotas say "
    "is used, and the Services of `check --against`. Beside 100 deployments a shell with two programs took 49 "
    "ms instead of 10.\n\n"
    "Source: measured (docs/operations.md, Many deployments in one namespace).",
)

NAMESPACE_FULL = FindingKind(
    "RM225",
    "namespace-full-of-services",
    Severity.ERROR,
    "So many Services share the namespace that no program starts in a pod of ours any more.\n\n"
    "Linux starts no program whose arguments and variables are more than 2 MiB (a quarter of a stack of 8 "
    "MiB): start, probes and hook all fail with `Argument list too long`. Running pods have the variables of "
    "their own start, so it shows at the next restart.\n\n"
    "Source: measured (docs/operations.md, Many deployments in one namespace); execve(2); "
    "https://github.com/kubernetes/kubernetes/issues/121787.",
)

CROWDED = 256 << 10
"""Bytes of 90 deployments of ours: a shell with two programs takes four times as long (docs/operations.md)."""
FULL = (2 << 20) - (64 << 10)
"""Linux' bound of arguments and variables (execve(2): a quarter of the stack, 8 MiB), less those of a program."""
_COUNTED = ("services", "count/services")
_POINTER = 8
_LONGEST_ADDRESS = "255.255.255.255"


class Crowd(NamedTuple):
    """Services with an address of their own, and the bytes of their variables."""

    services: int
    octets: int

    def __add__(self, other: object) -> Crowd:
        """Both together."""
        if not isinstance(other, Crowd):
            return NotImplemented
        return Crowd(self.services + other.services, self.octets + other.octets)


def crowd(objects: Iterable[Object]) -> Crowd:
    """The Services among some objects of one namespace, as the kubelet makes variables of them (envvars.go)."""
    sizes = [_octets(each) for each in objects if each["kind"] == "Service"]
    return Crowd(sum(size > 0 for size in sizes), sum(sizes))


def findings(case: Case) -> Iterator[Finding]:
    """From what quotas count: Services whose names are not known are taken to be like ours."""
    from redismanifests.judge.namespace.charges import made  # noqa: PLC0415 (only where a quota counts)
    from redismanifests.judge.namespace.quota import counts_this_deployment, sums  # noqa: PLC0415 (as above)

    profile, source, rendering, demands = case.profile, case.source, case.rendering, case.demands
    mine = crowd(item.manifest for item in rendering.objects)
    minor = case.minor
    counted = counts_this_deployment(sums(demands, made(rendering, demands.limit_ranges, minor)))
    # Headless ones are counted by a quota, too, and have no variables.
    headless = sum(item.manifest["kind"] == "Service" for item in rendering.objects) - mine.services
    for quota in demands.quotas:
        used = max((int(quota.used[name].bytes) for name in _COUNTED if name in quota.used), default=0)
        others = max(0, used - (mine.services + headless if counted else 0))
        each = mine.octets // mine.services if mine.services else 0
        whence = f"ResourceQuota {quota.name} counts {used} Services"
        if profile.addressing.mode == "service":
            yield from _judged(source, mine + Crowd(others, others * each), whence)


def of_deployed(
    profile: Profile, source: Source, rendered: Sequence[Object], there: Sequence[Object]
) -> Iterator[Finding]:
    """From the Services that are there: those of our names are replaced."""
    own = {each["metadata"]["name"] for each in rendered if each["kind"] == "Service"}
    others = [each for each in there if each["kind"] == "Service" and each["metadata"]["name"] not in own]
    whence = f"{len(others)} other Services are in the namespace"
    if profile.addressing.mode == "service":
        yield from _judged(source, crowd(rendered) + crowd(others), whence)


def of_run(judged: Sequence[tuple[Neighbour, Document, Crowd]]) -> Iterator[Finding]:
    """From the profiles of one run: reported once for each namespace, at the last of them."""
    spaces: dict[str, list[tuple[Neighbour, Document, Crowd]]] = {}
    for each in judged:
        spaces.setdefault(each[0].namespace, []).append(each)
    for namespace, members in spaces.items():
        by_service = [source for each, source, _ in members if each.by_service]
        if len(members) < 2 or not by_service:
            continue
        together = Crowd(0, 0)
        for _, _, services in members:
            together += services
        whence = f"{len(members)} profiles of this run share the namespace {namespace}"
        yield from _judged(by_service[-1], together, whence)


def _judged(source: Document, all_of_it: Crowd, whence: str) -> Iterator[Finding]:
    if all_of_it.octets < CROWDED:
        return
    kind = NAMESPACE_FULL if all_of_it.octets >= FULL else NAMESPACE_CROWDED
    does = (
        "no program starts in a pod with more than 2048 KiB"
        if kind is NAMESPACE_FULL
        else "each program that a probe or a hook starts copies them"
    )
    fact = (
        f"{whence}: variables of {all_of_it.services} Services with ours, about {all_of_it.octets >> 10} KiB, reach "
        f"every container, and {does}"
    )
    fix = "spread the deployments over namespaces, or set addressing.mode to hostname at its price (RM040)"
    yield kind.at(source, ("addressing", "mode"), fact, fix)


def _octets(service: Object) -> int:
    """Bytes of the variables of one Service; 0 where it has no address, and so no variables."""
    spec = service.get("spec") or {}
    ports = spec.get("ports") or ()
    if spec.get("clusterIP") == "None" or spec.get("type") == "ExternalName" or not ports:
        return 0
    address = str(spec.get("clusterIP") or _LONGEST_ADDRESS)
    name = str(service["metadata"]["name"]).upper().replace("-", "_")
    words = [f"{name}_SERVICE_HOST={address}", f"{name}_SERVICE_PORT={ports[0].get('port')}"]
    words += [
        f"{name}_SERVICE_PORT_{str(port['name']).upper().replace('-', '_')}={port.get('port')}"
        for port in ports
        if port.get("name")
    ]
    for index, port in enumerate(ports):
        protocol, number = str(port.get("protocol") or "TCP"), port.get("port")
        url, prefix = f"{protocol.lower()}://{address}:{number}", f"{name}_PORT_{number}_{protocol}"
        words += [f"{name}_PORT={url}"] if index == 0 else []
        words += [f"{prefix}={url}", f"{prefix}_PROTO={protocol.lower()}", f"{prefix}_PORT={number}"]
        words.append(f"{prefix}_ADDR={address}")
    return sum(len(word) + 1 + _POINTER for word in words)
