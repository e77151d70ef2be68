"""Namespace table: the limits of the namespace and the demand of the deployment, line by line.

Findings report only faults; this table lists every limit with the part that is left, for the owner of the namespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.admission.limit_range.limit_range import decide_claim, decide_pod
from redismanifests.judge.admission.pod_security.pod_security import breaches, judge
from redismanifests.judge.admission.pod_security.pod_security_labels import LEVELS, MODES, Mode, Standard
from redismanifests.judge.admission.resource_quota.resource_quota import totals
from redismanifests.judge.namespace.charges import made
from redismanifests.judge.namespace.quota import sums
from redismanifests.judge.namespace.security import policy_of
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Manifest, Object
    from redismanifests.core.values.limit_range import Item
    from redismanifests.judge.admission.manifest import Amounts
    from redismanifests.judge.case.demands import Demands
    from redismanifests.profile.model import Profile
    from redismanifests.render.rendered import Rendering


class Bound(NamedTuple):
    """One resource of one container, pod or claim, and what an entry of a LimitRange says of it."""

    limit_range: str
    subject: str
    """``container redis of redis``, ``pods of redis``, ``claims data of redis``."""
    resource: str
    request: Quantity | None
    limit: Quantity | None
    at_least: Quantity | None
    at_most: Quantity | None
    ratio: Quantity | None
    """What the limit may be at the most, as a multiple of the request."""
    fits: bool

    @property
    def left(self) -> Quantity | None:
        """How much more could be asked for; nothing where there is no upper bound."""
        asked = self.limit or self.request
        return None if asked is None or self.at_most is None else self.at_most - asked


class Sum(NamedTuple):
    """One resource of one quota."""

    quota: str
    resource: str
    asked: Quantity
    """By the whole deployment at rest."""
    peak: Quantity
    """By it and its later rollouts."""
    used: Quantity
    allowed: Quantity
    fits: bool
    """At rest and at its peak."""

    @property
    def left(self) -> Quantity:
        """What others may still ask for when the deployment is there; negative where it is too little for it."""
        return self.allowed - self.used - self.asked


class Level(NamedTuple):
    """One mode of Pod Security."""

    mode: Mode
    needed: str
    """The strictest level that admits every pod of the deployment."""
    demanded: str
    """What the namespace requires, with its version; empty where no Namespace is known."""
    fits: bool


class Table(NamedTuple):
    """All of it."""

    namespace: str
    deployment: str
    bounds: tuple[Bound, ...]
    sums: tuple[Sum, ...]
    levels: tuple[Level, ...]
    perhaps_counted: bool
    """Whether what is used of the quotas may be this very deployment."""

    @property
    def fits(self) -> bool:
        """Whether everything does."""
        parts: tuple[tuple[Bound | Sum | Level, ...], ...] = (self.bounds, self.sums, self.levels)
        return all(each.fits for part in parts for each in part)


def table(profile: Profile, rendering: Rendering, demands: Demands) -> Table:
    """Everything that the namespace says of what was rendered."""
    minor = int(profile.kubernetes_version.partition(".")[2])
    found = tuple(_sums(rendering, demands, minor))
    return Table(
        profile.namespace,
        profile.name,
        tuple(_bounds(rendering, demands, minor)),
        found,
        tuple(_levels(rendering, demands, minor)),
        bool(found) and all(each.used >= each.asked for each in found),
    )


def _bounds(rendering: Rendering, demands: Demands, minor: int) -> Iterator[Bound]:
    for manifest in _with_pods(rendering):
        name, spec = manifest["metadata"]["name"], manifest["spec"]
        decision = decide_pod(demands.limit_ranges, pod_template(manifest)["spec"], name, minor)
        broken = {
            (each.limit_range, each.item_path, each.subject_path, each.resource)
            for each in decision.violations
        }
        pod = decision.pod
        for limit_range in demands.limit_ranges:
            for item in limit_range.items:
                asking: list[tuple[str, tuple[str | int, ...], Amounts, Amounts]] = []
                if item.type == "Container":
                    asking = [
                        (f"container {each.name} of {name}", each.path, each.requests, each.limits)
                        for each in pod.containers
                    ]
                elif item.type == "Pod":
                    asking = [(f"pods of {name}", (), pod.total("requests"), pod.total("limits"))]
                for subject, path, requests, limits in asking:
                    refused = {
                        resource
                        for whose, entry, where, resource in broken
                        if (whose, entry, where) == (limit_range.name, item.path, path)
                    }
                    yield from _of_item(limit_range.name, item, subject, requests, limits, refused)
        for claim in spec.get("volumeClaimTemplates", ()):
            yield from _claim_bounds(demands, claim, name)


def _claim_bounds(demands: Demands, claim: Object, name: str) -> Iterator[Bound]:
    asked = {key: Quantity.read(value) for key, value in claim["spec"]["resources"]["requests"].items()}
    found = decide_claim(demands.limit_ranges, claim)
    for limit_range in demands.limit_ranges:
        for item in limit_range.items:
            if item.type == "PersistentVolumeClaim":
                subject = f"claims {claim['metadata']['name']} of {name}"
                refused = {each.resource for each in found if each.item_path == item.path}
                yield from _of_item(limit_range.name, item, subject, asked, {}, refused)


def _of_item(
    limit_range: str, item: Item, subject: str, requests: Amounts, limits: Amounts, refused: set[str]
) -> Iterator[Bound]:
    for resource in sorted({*item.min, *item.max, *item.max_ratio}):
        yield Bound(
            limit_range,
            subject,
            resource,
            requests.get(resource),
            limits.get(resource),
            item.min.get(resource),
            item.max.get(resource),
            item.max_ratio.get(resource),
            resource not in refused,
        )


def _sums(rendering: Rendering, demands: Demands, minor: int) -> Iterator[Sum]:
    if not demands.quotas:
        return
    all_made = made(rendering, demands.limit_ranges, minor)
    at_peak = totals(demands.quotas, [(each.charge, each.peak) for each in all_made])
    for rest, peak in zip(sums(demands, all_made), at_peak, strict=True):
        yield Sum(
            rest.quota.name,
            rest.resource,
            rest.asked,
            peak.asked,
            rest.used,
            rest.allowed,
            rest.fits and peak.fits,
        )


def _levels(rendering: Rendering, demands: Demands, minor: int) -> Iterator[Level]:
    policy = policy_of(rendering, demands)
    templates = [pod_template(manifest) for manifest in _with_pods(rendering)]
    broken = {judgement.mode for template in templates for judgement in judge(template, policy, minor)}
    needed = next(
        level
        for level in reversed(LEVELS)
        if not any(breaches(template, Standard(level), minor) for template in templates)
    )
    known = demands.has_namespace or any(item.manifest["kind"] == "Namespace" for item in rendering.objects)
    for mode in MODES:
        yield Level(mode, needed, str(getattr(policy, mode)) if known else "", mode not in broken)


def _with_pods(rendering: Rendering) -> Iterator[Manifest]:
    for item in rendering.objects:
        if makes_pods(item.manifest):
            yield item.manifest
