"""Pod: requests and limits of a pod as the API server computes them, by container and in sum.

Every admission plugin uses the same pod, so it is read and defaulted once. Sources: SetDefaults_Pod
in pkg/apis/core/v1/defaults.go; podRequests and podLimits in plugin/pkg/admission/limitranger/admission.go;
ValidateContainerResourceRequirements in pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.scalar import kind as kind_of
from redismanifests.judge.admission.manifest import Amounts, ManifestError, Problem, amounts, mapping

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object
    from redismanifests.core.values.quantity import Quantity

Side = Literal["requests", "limits"]

SIDES: tuple[Side, Side] = ("requests", "limits")

WRITTEN = "written"
"""Origin of an amount: it is set in the pod."""
FROM_LIMIT = "from limit"
"""Origin of a request: the API server copied the limit."""

POD_LEVEL_MINOR = 34
"""From Kubernetes 1.34 on the pod's own ``resources`` count (PodLevelResources is on by default)."""

HUGE_PAGES = "hugepages-"
"""Prefix of resources that are pages of one size."""

_POD_LEVEL = ("cpu", "memory")


class Container(NamedTuple):
    """One container; or, with no name, the pod's own ``resources``."""

    name: str
    path: Path
    """From the pod spec: ``("initContainers", 0)``."""
    requests: Amounts
    limits: Amounts
    sidecar: bool = False
    origins: Mapping[tuple[Side, str], str] = MappingProxyType({})
    """Where an amount comes from: WRITTEN, FROM_LIMIT, or the name of the limit range that set it."""

    @property
    def is_init(self) -> bool:
        """Whether it is an init container (a sidecar is one)."""
        return self.path[0] == "initContainers"

    def amounts(self, side: Side) -> Amounts:
        """Requests or limits."""
        return self.requests if side == "requests" else self.limits

    def filled(self, side: Side, more: Amounts, origin: str) -> Container:
        """A copy with missing amounts on one side taken from ``more``."""
        mine = self.amounts(side)
        new = {resource: amount for resource, amount in more.items() if resource not in mine}
        if not new:
            return self
        origins = {**self.origins, **{(side, resource): origin for resource in new}}
        return self._with(side, {**mine, **new}, origins)

    def changed(self, side: Side, resource: str, quantity: Quantity) -> Container:
        """A copy with one amount set."""
        origins = {**self.origins, (side, resource): WRITTEN}
        return self._with(side, {**self.amounts(side), resource: quantity}, origins)

    def _with(self, side: Side, mine: Amounts, origins: Mapping[tuple[Side, str], str]) -> Container:
        if side == "requests":
            return self._replace(requests=mine, origins=origins)
        return self._replace(limits=mine, origins=origins)


class Pod(NamedTuple):
    """The containers, the ordinary ones first, and the pod's own ``resources`` if it has any."""

    name: str
    containers: tuple[Container, ...]
    own: Container | None = None

    def filled(self, side: Side, more: Amounts, origin: str) -> Pod:
        """A copy with missing amounts on one side of every container taken from ``more``."""
        filled = tuple(container.filled(side, more, origin) for container in self.containers)
        return self._replace(containers=filled)

    def mended(self, new: Container) -> Pod:
        """A copy with ``new`` instead of the container at its path."""
        if self.own is not None and self.own.path == new.path:
            return self._replace(own=new)
        containers = tuple(new if each.path == new.path else each for each in self.containers)
        return self._replace(containers=containers)

    def total(self, side: Side) -> dict[str, Quantity]:
        """The amounts of the whole pod: sidecars are added, an ordinary init container only sets a minimum.

        The overhead of a runtime class is not included, as in LimitRanger.
        """
        total = self.aggregate(side)
        if self.own is not None:
            own = self.own.amounts(side)
            total.update({resource: own[resource] for resource in _POD_LEVEL if resource in own})
        return total

    def aggregate(self, side: Side) -> dict[str, Quantity]:
        """The sum of its containers."""
        return _aggregate(self.containers, side)

    def faults(self) -> Iterable[tuple[Container, str, str]]:
        """Requests that do not fit their limits: container (or the pod itself), resource, the API server's message."""
        for container in (*self.containers, *([self.own] if self.own is not None else [])):
            at = (
                f"spec.{container.path[0]}[{container.path[1]}].resources"
                if container.path
                else "spec.resources"
            )
            asked = {*container.requests, *container.limits}
            huge = sorted(resource for resource in asked if resource.startswith(HUGE_PAGES))
            if huge and not asked & {"cpu", "memory"}:
                yield container, huge[0], f"{at}: Forbidden: HugePages require cpu or memory"
            for resource, request in sorted(container.requests.items()):
                limit = container.limits.get(resource)
                equal = not overcommit_allowed(resource)
                if limit is None:
                    if equal:
                        text = "Required value: Limit must be set for non overcommitable resources"
                        yield container, resource, f"{at}.limits: {text}"
                elif request > limit or (equal and request != limit):
                    must = "equal to" if equal else "less than or equal to"
                    invalid = (
                        f'Invalid value: "{request.echo}": must be {must} {resource} limit of {limit.echo}'
                    )
                    yield container, resource, f"{at}.requests: {invalid}"


def overcommit_allowed(resource: str) -> bool:
    """Whether a limit may be above its request: not for huge pages nor for a device's resources.

    Source: IsOvercommitAllowed in pkg/apis/core/helper/helpers.go.
    """
    native = "/" not in resource or "kubernetes.io/" in resource
    return native and not resource.startswith(HUGE_PAGES)


def read_pod(spec: Object, name: str, minor: int) -> Pod:
    """The pod of a parsed pod spec, after the defaults of the API server of Kubernetes 1.``minor``.

    ManifestError for an invalid quantity.
    """
    problems: list[Problem] = []
    containers = [
        _container(entry, (key, index), problems)
        for key in ("containers", "initContainers")
        for index, entry in enumerate(_entries(spec, key, problems))
    ]
    own = None
    if spec.get("resources") and minor >= POD_LEVEL_MINOR:
        own = _resources(spec, "", (), False, problems)
    if problems:
        raise ManifestError(problems)
    return Pod(name, tuple(containers), own)


def _entries(spec: Object, key: str, problems: list[Problem]) -> list[Any]:
    entries = spec.get(key) or []
    if isinstance(entries, list):
        return entries
    problems.append(
        Problem((key,), f"{key} is {kind_of(entries)}, not a list", "begin each container with a dash")
    )
    return []


def _container(entry: object, path: Path, problems: list[Problem]) -> Container:
    if not isinstance(entry, Mapping):
        problems.append(
            Problem(path, f"this is {kind_of(entry)}, not a container", "give it a name and an image")
        )
        entry = {}
    sidecar = path[0] == "initContainers" and entry.get("restartPolicy") == "Always"
    container = _resources(entry, str(entry.get("name") or ""), path, sidecar, problems)
    return container.filled("requests", container.limits, FROM_LIMIT)


def _resources(owner: Object, name: str, path: Path, sidecar: bool, problems: list[Problem]) -> Container:
    at = (*path, "resources")
    resources = mapping(owner, "resources", path, problems)
    nothing = Container(name, path, {}, {}, sidecar)
    asked = nothing.filled("requests", amounts(resources, "requests", at, problems), WRITTEN)
    return asked.filled("limits", amounts(resources, "limits", at, problems), WRITTEN)


def _aggregate(containers: Iterable[Container], side: Side) -> dict[str, Quantity]:
    total: dict[str, Quantity] = {}
    sidecars: dict[str, Quantity] = {}
    floor: dict[str, Quantity] = {}
    for container in containers:
        mine = container.amounts(side)
        if not container.is_init or container.sidecar:
            _add(total, mine)
        if container.sidecar:
            _add(sidecars, mine)
            _raise(floor, sidecars)
        elif container.is_init:
            # It runs together with the sidecars that were started before it.
            beside = dict(mine)
            _add(beside, sidecars)
            _raise(floor, beside)
    _raise(total, floor)
    return total


def _add(total: dict[str, Quantity], more: Amounts) -> None:
    for resource, amount in more.items():
        total[resource] = total[resource] + amount if resource in total else amount


def _raise(total: dict[str, Quantity], floor: Amounts) -> None:
    for resource, amount in floor.items():
        if resource not in total or amount > total[resource]:
            total[resource] = amount
