"""Resource quota object: reads a ResourceQuota as the API server stores it, and refuses what it would refuse.

The limit of a quota is in its spec, the used part in its status. So for a file from a running cluster, the remaining
part decides. Sources: ValidateResourceQuota in pkg/apis/core/validation/validation.go,
syncResourceQuota in pkg/controller/resourcequota.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.judge.admission.manifest import (
    Amounts,
    ManifestError,
    Problem,
    amounts,
    mapping,
    object_name,
    objects,
)
from redismanifests.judge.admission.resource_quota.resource_quota_name import is_whole, name_fault
from redismanifests.judge.admission.resource_quota.resource_quota_scope import Scope, scope_problems, scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object

KIND = "ResourceQuota"

NOTHING = Quantity(0)


class ResourceQuota(NamedTuple):
    """One valid quota, with its used part."""

    name: str
    path: Path
    """Its path from the root of the document."""
    hard: Amounts
    """``spec.hard``: the quota controller copies it into the status, which is what the plugin reads."""
    used: Amounts
    """``status.used`` of the resources in ``hard``; zero if not in the file, as in an empty namespace."""
    scopes: tuple[Scope, ...]
    """All must match; none matches everything."""

    def charged(self, usage: Amounts) -> ResourceQuota:
        """A copy with ``usage`` added, as far as the quota counts it, as it is stored and read back.

        A sum of binary amounts that is no multiple of 1Ki is written without a suffix, and so is decimal from then on.
        """
        sums = {resource: used + usage[resource] for resource, used in self.used.items() if resource in usage}
        return self._replace(
            used={**self.used, **{resource: Quantity.parse(amount.echo) for resource, amount in sums.items()}}
        )


def read_resource_quotas(root: object, minor: int) -> tuple[ResourceQuota, ...]:
    """The quotas in ``root`` (one, a List, or several documents), by name.

    ManifestError has every reason for which Kubernetes 1.``minor`` would refuse them.
    """
    problems: list[Problem] = []
    found = [resource_quota(item, path, minor, problems) for path, item in objects(root, (KIND,), problems)]
    if problems:
        raise ManifestError(problems)
    return tuple(sorted(found, key=lambda each: each.name))


def resource_quota(item: Object, path: Path, minor: int, problems: list[Problem]) -> ResourceQuota:
    """One ResourceQuota; its faults are added to ``problems``."""
    name = object_name(item, path, problems)
    spec = mapping(item, "spec", path, problems)
    status = mapping(item, "status", path, problems)
    hard = amounts(spec, "hard", (*path, "spec"), problems)
    used = amounts(status, "used", (*path, "status"), problems)
    problems += _amount_problems(hard, (*path, "spec", "hard"))
    problems += _amount_problems(used, (*path, "status", "used"))
    found = scopes(spec, (*path, "spec"), problems)
    problems += scope_problems(found, hard, minor)
    used = {resource: used.get(resource, NOTHING) for resource in hard}
    return ResourceQuota(name, path, hard, used, found)


def _amount_problems(given: Amounts, path: Path) -> Iterator[Problem]:
    for resource, amount in given.items():
        fault = name_fault(resource)
        if fault:
            yield Problem((*path, resource), fault, "write a name that quotas count, such as limits.memory")
        if amount.nano < 0:
            fact = f"{amount.echo}: must be greater than or equal to 0"
            yield Problem((*path, resource), fact, "write how much may be used")
        if is_whole(resource) and amount.nano % NANO:
            yield Problem((*path, resource), f"{amount.echo}: must be an integer", "write a whole number")
