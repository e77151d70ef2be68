"""Namespace mesh: a namespace that asks a service mesh for a proxy in every pod, and pods that do not refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.profile.formulas.mesh import says_no

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.case.case import Case

NAMESPACE_ASKS_FOR_PROXIES = FindingKind(
    "RM265",
    "namespace-asks-for-proxies",
    Severity.WARNING,
    "A label or an annotation of the Namespace asks a service mesh for a proxy in every pod, and the pods do "
    "not refuse it.\n\n"
    "What a proxy does to hand-over, failover and Pod Security is in RM264. The Namespace comes from a file "
    "of `limits` (`kubectl get namespace NAME -o yaml`).\n\n"
    "Source: https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/; docs/platforms.md.",
)


def findings(case: Case) -> Iterator[Finding]:
    """One finding for each key that asks, unless the pods say no."""
    pods = case.profile.pods
    for each in case.demands.injectors:
        if not says_no(each, pods.labels, pods.annotations):
            kind, key, value = each.way_out
            yield NAMESPACE_ASKS_FOR_PROXIES.at(
                case.source,
                ("pods", kind),
                f"the Namespace has {each.key}, so every pod gets a proxy, beside which nothing was rehearsed",
                f'set pods.{kind} {key} to "{value}"',
                at_key=True,
            )
