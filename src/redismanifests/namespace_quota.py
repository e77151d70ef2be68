"""Namespace quota: what the ResourceQuotas of the namespace say of all that a profile brings into it.

Admission adds up; here each sum that is too large finds the line of the profile that weighs most in it. What must not
come in: how Kubernetes counts (admission), and how the line would have to read (namespace_quota_change).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.admission.resource_quota import Total, concerns, refusals, totals
from redismanifests.admission.resource_quota_name import CLASS_SUFFIX
from redismanifests.core.findings import (
    ABOVE_LEFT,
    ABOVE_QUOTA,
    CLASS_UNKNOWN_TO_QUOTA,
    PERHAPS_ABOVE_LEFT,
    QUOTA_STOPS_ROLLOUTS,
    UNSPECIFIED_UNDER_QUOTA,
    Finding,
    FindingKind,
    Path,
)
from redismanifests.namespace_charges import Made, made
from redismanifests.namespace_limits import SECTIONS
from redismanifests.namespace_quota_change import change, setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.source import Source
    from redismanifests.namespace_files import Demands
    from redismanifests.profile import Profile
    from redismanifests.render.rendering import Rendering

_DEFAULT = "a LimitRange with a default"


def findings(profile: Profile, source: Source, rendering: Rendering, demands: Demands) -> Iterator[Finding]:
    """Every reason for which quotas would keep the deployment from standing, or from being rolled out later."""
    minor = int(profile.kubernetes_version.partition(".")[2])
    all_made = made(rendering, demands.limit_ranges, minor)
    yield from _unspecified(source, demands, all_made)
    at_rest = sums(demands, all_made)
    perhaps_counted = counts_this_deployment(at_rest)
    short: set[tuple[str, str]] = set()
    for total in at_rest:
        if not total.fits:
            short.add((total.quota.name, total.resource))
            kind = _kind(total, perhaps_counted)
            yield _too_much(source, demands, all_made, total, kind, minor)
    for total in totals(demands.quotas, [(each.charge, each.peak) for each in all_made]):
        if not total.fits and (total.quota.name, total.resource) not in short:
            yield _too_much(source, demands, all_made, total, QUOTA_STOPS_ROLLOUTS, minor)
    yield from _unknown_classes(source, demands, all_made)


def sums(demands: Demands, all_made: Sequence[Made]) -> tuple[Total, ...]:
    """What the whole deployment at rest asks of each quota."""
    return tuple(totals(demands.quotas, [(each.charge, each.number) for each in all_made]))


def counts_this_deployment(at_rest: Sequence[Total]) -> bool:
    """Whether what is used may be this deployment itself: of everything, it is at least as much as is asked for."""
    return all(total.used >= total.asked for total in at_rest)


def _kind(total: Total, perhaps_counted: bool) -> FindingKind:
    if total.asked > total.allowed:
        return ABOVE_QUOTA
    return PERHAPS_ABOVE_LEFT if perhaps_counted else ABOVE_LEFT


def _too_much(
    source: Source,
    demands: Demands,
    all_made: Sequence[Made],
    total: Total,
    kind: FindingKind,
    minor: int,
) -> Finding:
    resource = total.resource
    beside = f", {total.used} of it used," if total.used.nano else ""
    later = " with its rollouts" if kind is QUOTA_STOPS_ROLLOUTS else ""
    fact = (
        f"ResourceQuota {total.quota.name} allows {total.allowed} of {resource}{beside} and the deployment{later} "
        f"asks for {total.asked}: {total.needed - total.allowed} too much"
    )
    advice = [f"ask the owner of the namespace for {resource}: {total.needed}"]
    if kind is PERHAPS_ABOVE_LEFT:
        fact += "; what is used may be this very deployment"
        advice = ["leave it where the deployment is there already; else", *advice]
    way = change(demands, all_made, total, minor) if kind in {ABOVE_QUOTA, ABOVE_LEFT} else ""
    fix = " ".join(advice) if not way else f"{way}, or {advice[0]}"
    return kind.at(source, setting(all_made, total), fact, fix)


def _unspecified(source: Source, demands: Demands, all_made: Sequence[Made]) -> Iterator[Finding]:
    for each in all_made:
        for refusal in refusals(demands.quotas, each.charge):
            for resource in refusal.resources if refusal.unspecified else ():
                side, _, base = resource.rpartition(".")
                for container in each.charge.missing[resource]:
                    path: Path = (*SECTIONS[container], "resources", side or "requests", base)
                    whose = f"pods of {each.manifest['metadata']['name']}"
                    fix = f"set {'.'.join(map(str, path))}, or ask the owner of the namespace for {_DEFAULT}"
                    yield UNSPECIFIED_UNDER_QUOTA.at(source, path, f"{whose}: {refusal.text}", fix)


def _unknown_classes(source: Source, demands: Demands, all_made: Sequence[Made]) -> Iterator[Finding]:
    if not any(each.charge.unnamed_class for each in all_made):
        return
    for quota in demands.quotas:
        named = sorted({name.partition(CLASS_SUFFIX)[0] for name in quota.hard if CLASS_SUFFIX in name})
        if named and any(concerns(quota, each.charge) for each in all_made if each.charge.unnamed_class):
            fact = (
                f"ResourceQuota {quota.name} counts claims of class {', '.join(named)}, and the claims get the "
                "cluster's default class, whose name is unknown here"
            )
            fix = "name the class: kubectl get storageclass shows which is the default"
            yield CLASS_UNKNOWN_TO_QUOTA.at(source, ("storage", "storageClassName"), fact, fix)
