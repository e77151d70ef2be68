"""Namespace quota: what the ResourceQuotas of the namespace say of all that a profile brings into it.

Admission adds up; here each sum that is too large finds the line of the profile that weighs most in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Path, Severity
from redismanifests.judge.admission.resource_quota.resource_quota import Total, concerns, refusals, totals
from redismanifests.judge.admission.resource_quota.resource_quota_name import CLASS_SUFFIX
from redismanifests.judge.case.section import SECTIONS
from redismanifests.judge.namespace.charges import Made, made
from redismanifests.judge.namespace.quota_change import change, setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.sources.source import Source
    from redismanifests.judge.case.case import Case
    from redismanifests.judge.case.demands import Demands

ABOVE_QUOTA = FindingKind(
    "RM108",
    "above-quota",
    Severity.ERROR,
    "The deployment asks for more than a ResourceQuota of the namespace allows, even if no one else used any "
    "of it.\n\n"
    "Sums are over all pods, claims, Services and other objects that the rendered folder brings, after the "
    "namespace's defaults: the API server admits some of them and refuses the rest, so the StatefulSet stays "
    "short of pods and only its events say why. A rolling update needs no more than that, because a pod of a "
    "StatefulSet is made again only after the old one of its name is gone; while the old one terminates, it "
    "still counts.\n\n"
    "Source: Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md.",
)

ABOVE_LEFT = FindingKind(
    "RM109",
    "above-what-quota-leaves",
    Severity.ERROR,
    "The deployment asks for more than the others in the namespace have left of a ResourceQuota.\n\n"
    "The used amount is in the status of the quota, as `kubectl get resourcequota -o yaml` prints it; a file "
    "without a status means that nothing is.\n\n"
    "Source: Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md.",
)

PERHAPS_ABOVE_LEFT = FindingKind(
    "RM110",
    "perhaps-above-what-quota-leaves",
    Severity.WARNING,
    "The deployment asks for more than is left of a ResourceQuota, but what is used may be this deployment "
    "itself: of everything that the quotas count, at least as much is used as it asks for.\n\n"
    "A file that was fetched after the deployment was applied does not show it. "
    "If the deployment does not exist yet, its pods will be refused.\n\n"
    "Source: Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md.",
)

UNSPECIFIED_UNDER_QUOTA = FindingKind(
    "RM111",
    "unspecified-under-quota",
    Severity.ERROR,
    "A ResourceQuota counts requests or limits of cpu or memory, and a container says nothing of it: the API "
    "server refuses every such pod (`must specify limits.cpu`).\n\n"
    "A LimitRange with a default fills it in; otherwise the profile must say it. Kubernetes asks this of cpu "
    "and memory only.\n\n"
    "Source: Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md.",
)

QUOTA_STOPS_ROLLOUTS = FindingKind(
    "RM112",
    "quota-stops-rollouts",
    Severity.WARNING,
    "The deployment fits, but a ResourceQuota has too little left for later rollouts: a StatefulSet "
    "keeps the revisions of its past (ten where it does not say) and makes one more for each change. "
    "The rollout then waits until old revisions are removed. Raise the quota of controllerrevisions.apps.\n\n"
    "Source: Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md.",
)

CLASS_UNKNOWN_TO_QUOTA = FindingKind(
    "RM113",
    "class-unknown-to-quota",
    Severity.NOTE,
    "A ResourceQuota counts the claims of one storage class, and the profile leaves the class to the cluster: "
    "whether the quota applies cannot be known here. "
    "Name the class in storage.storageClassName, or compare the quota with the default class yourself.\n\n"
    "Source: Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md.",
)

_DEFAULT = "a LimitRange with a default"


def findings(case: Case) -> Iterator[Finding]:
    """Every reason why quotas would prevent the deployment, or a later rollout."""
    source, rendering, demands = case.source, case.rendering, case.demands
    minor = case.minor
    all_made = made(rendering, demands.limit_ranges, minor)
    yield from _unspecified(source, demands, all_made)
    at_rest = sums(demands, all_made)
    perhaps_counted = counts_this_deployment(at_rest)
    short: set[tuple[str, str]] = set()
    for total in at_rest:
        if not total.fits:
            short.add((total.quota.name, total.resource))
            kind = _kind(total, perhaps_counted)
            yield _too_much(source, demands, all_made, total, kind, minor, _ask(at_rest, total))
    for total in totals(demands.quotas, [(each.charge, each.peak) for each in all_made]):
        if not total.fits and (total.quota.name, total.resource) not in short:
            yield _too_much(
                source, demands, all_made, total, QUOTA_STOPS_ROLLOUTS, minor, _ask((total,), total)
            )
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


def _ask(all_totals: Sequence[Total], total: Total) -> str:
    """What the owner must allow: all that is short in this quota, since each alone leaves the others."""
    short = [each for each in all_totals if each.quota == total.quota and not each.fits]
    wanted = ", ".join(f"{each.resource}: {each.needed}" for each in short)
    return f"ask the owner of the namespace for {wanted}"


def _too_much(
    source: Source,
    demands: Demands,
    all_made: Sequence[Made],
    total: Total,
    kind: FindingKind,
    minor: int,
    ask: str,
) -> Finding:
    resource = total.resource
    beside = f", {total.used} of it used," if total.used.nano else ""
    later = " with its rollouts" if kind is QUOTA_STOPS_ROLLOUTS else ""
    fact = (
        f"ResourceQuota {total.quota.name} allows {total.allowed} of {resource}{beside} and the deployment{later} "
        f"asks for {total.asked}: {total.needed - total.allowed} too much"
    )
    advice = [ask]
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
