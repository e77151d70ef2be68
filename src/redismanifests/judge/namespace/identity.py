"""Namespace identity: whether the users and groups of the rendered pods are those that an OpenShift namespace admits.

Admission decides; here its verdict becomes a finding at the line of the profile that must change. Out of scope: reading
the annotations (admission).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Change, Finding, FindingKind, Severity
from redismanifests.judge.admission.openshift import USERS, Refused, refused
from redismanifests.profile.derived.platform import assigns_ids, fixed_ids_written
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.case.case import Case
    from redismanifests.judge.case.demands import Demands
    from redismanifests.render.rendered import Rendering

IDS_OUTSIDE_OF_NAMESPACE = FindingKind(
    "RM260",
    "ids-outside-of-namespace",
    Severity.ERROR,
    "The namespace is one of OpenShift, and the rendered pods name users or a group that it does not admit.\n\n"
    "OpenShift allots a range of users and a group to each namespace, in annotations. Its constraints "
    "`restricted-v2`, under which pods are admitted where no administrator has granted others, refuse every "
    "other user and every other `fsGroup`: the StatefulSets stay at zero pods, and only their events say why. "
    "`platform: openshift` renders no ids, and each container gets those of the namespace.\n\n"
    "The annotations come from a Namespace in a file of `limits` (`kubectl get namespace NAME -o yaml`). "
    "Where the ServiceAccounts were granted `nonroot-v2` or `anyuid`, leave the annotations out of that file.\n\n"
    "Source: https://docs.okd.io/latest/authentication/managing-security-context-constraints.html.",
)

PLATFORM_UNLIKE_NAMESPACE = FindingKind(
    "RM263",
    "platform-unlike-namespace",
    Severity.ERROR,
    "The profile leaves users and groups to OpenShift, and the Namespace as it was fetched has no range of "
    "users.\n\n"
    "A cluster that assigns no user takes the image's, which is root for the images of Redis and Valkey, and "
    "the kubelet refuses to start them (`container has runAsNonRoot and image will run as root`).\n\n"
    "Source: https://docs.okd.io/latest/authentication/managing-security-context-constraints.html.",
)


def findings(case: Case) -> Iterator[Finding]:
    """One finding where ids lie outside, or where the namespace would assign none; else nothing."""
    profile, source, rendering, demands = case.profile, case.source, case.rendering, case.demands
    if assigns_ids(profile):
        if demands.assigns_no_ids:
            fact = f"the Namespace of `limits` has no annotation {USERS}, so its cluster assigns no user"
            fix = "set platform to kubernetes, or fetch the Namespace from the cluster that is meant"
            changes = (Change(("platform",), "kubernetes"),) if not fixed_ids_written(profile) else ()
            yield PLATFORM_UNLIKE_NAMESPACE.at(source, ("platform",), fact, fix, changes=changes)
        return
    if demands.allotment is None:
        return
    outside = _outside(rendering, demands)
    if not outside.users and not outside.groups:
        return
    asked = [f"user {user}" for user in outside.users] + [f"fsGroup {group}" for group in outside.groups]
    fact = (
        f"the namespace admits users {demands.allotment.users} and fsGroup {demands.allotment.group}, and the pods "
        f"ask for {', '.join(asked)}"
    )
    written = fixed_ids_written(profile)
    removed = f", and remove {' and '.join('.'.join(map(str, path)) for path in written)}" if written else ""
    fix = f"set platform to openshift, which leaves users and groups to the namespace{removed}"
    changes = () if written else (Change(("platform",), "openshift"),)
    yield IDS_OUTSIDE_OF_NAMESPACE.at(
        source, written[0] if written else ("platform",), fact, fix, changes=changes
    )


def _outside(rendering: Rendering, demands: Demands) -> Refused:
    users: list[int] = []
    groups: list[int] = []
    for item in rendering.objects:
        if makes_pods(item.manifest) and demands.allotment:
            found = refused(pod_template(item.manifest), demands.allotment)
            users += found.users
            groups += found.groups
    return Refused(tuple(dict.fromkeys(users)), tuple(dict.fromkeys(groups)))
