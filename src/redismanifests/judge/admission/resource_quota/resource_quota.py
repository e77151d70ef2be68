"""Resource quota: the verdict of a namespace's quotas about an object, and about a whole deployment.

A single object gets the message of the API server. A deployment is admitted if its sum fits, because refused objects
are retried forever and not charged. Source: CheckRequest in apiserver's
pkg/admission/plugin/resourcequota/controller.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.admission.resource_quota.resource_quota_name import COMPUTE, counted_for
from redismanifests.judge.admission.resource_quota.resource_quota_object import NOTHING, ResourceQuota
from redismanifests.judge.admission.resource_quota.resource_quota_scope import matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.values.quantity import Quantity
    from redismanifests.judge.admission.resource_quota.resource_quota_charge import Charge


class Refusal(NamedTuple):
    """One quota that does not admit one object."""

    quota: ResourceQuota
    charge: Charge
    resources: tuple[str, ...]
    """Resources that are exceeded, or must be specified."""
    unspecified: bool
    """Whether a container does not set a resource that the quota counts; then nothing was added."""
    text: str
    """The sentence of the API server."""


class Total(NamedTuple):
    """One resource of one quota, over all objects of a deployment."""

    quota: ResourceQuota
    resource: str
    asked: Quantity

    @property
    def allowed(self) -> Quantity:
        """The total that the namespace may request."""
        return self.quota.hard[self.resource]

    @property
    def used(self) -> Quantity:
        """The used part of it."""
        return self.quota.used[self.resource]

    @property
    def needed(self) -> Quantity:
        """The needed total: used and requested."""
        return self.used + self.asked

    @property
    def fits(self) -> bool:
        """Whether all of it would be admitted."""
        return self.needed <= self.allowed


def refusals(quotas: Sequence[ResourceQuota], charge: Charge) -> tuple[Refusal, ...]:
    """Every quota that refuses one object; the API server names only the first.

    It first checks all quotas for unspecified resources, and adds nothing if there is one.
    """
    concerned = [quota for quota in quotas if concerns(quota, charge)]
    unspecified = tuple(found for quota in concerned for found in _unspecified(quota, charge))
    return unspecified or tuple(found for quota in concerned for found in _exceeded(quota, charge))


def concerns(quota: ResourceQuota, charge: Charge) -> bool:
    """Whether ``quota`` counts such objects at all."""
    return any(counted_for(charge.plural, resource) for resource in quota.hard) and all(
        matches(scope, charge.traits) for scope in quota.scopes
    )


def charged(quotas: Sequence[ResourceQuota], charge: Charge) -> tuple[ResourceQuota, ...]:
    """The quotas after the object was admitted."""
    return tuple(quota.charged(charge.usage) if concerns(quota, charge) else quota for quota in quotas)


def totals(quotas: Sequence[ResourceQuota], charges: Sequence[tuple[Charge, int]]) -> Iterator[Total]:
    """The demand of all ``charges``, each with its number, on each counted resource of each quota."""
    for quota in quotas:
        concerned = [(charge, times) for charge, times in charges if concerns(quota, charge)]
        for resource in sorted(quota.hard):
            asked = NOTHING
            for charge, times in concerned:
                if resource in charge.usage:
                    asked += charge.usage[resource] * times
            if asked.nano:
                yield Total(quota, resource, asked)


def _unspecified(quota: ResourceQuota, charge: Charge) -> Iterator[Refusal]:
    resources = tuple(sorted(r for r in COMPUTE.intersection(quota.hard) if r in charge.missing))
    if resources:
        whose = "; ".join(f"{resource} for: {','.join(charge.missing[resource])}" for resource in resources)
        yield Refusal(quota, charge, resources, True, f"failed quota: {quota.name}: must specify {whose}")


def _exceeded(quota: ResourceQuota, charge: Charge) -> Iterator[Refusal]:
    asked = {r: amount for r, amount in sorted(charge.usage.items()) if r in quota.hard and amount.nano}
    resources = tuple(r for r, amount in asked.items() if quota.used[r] + amount > quota.hard[r])
    if resources:
        requested, used, limited = (
            ",".join(f"{resource}={given[resource].echo}" for resource in resources)
            for given in (asked, quota.used, quota.hard)
        )
        words = f"exceeded quota: {quota.name}, requested: {requested}, used: {used}, limited: {limited}"
        yield Refusal(quota, charge, resources, False, words)
