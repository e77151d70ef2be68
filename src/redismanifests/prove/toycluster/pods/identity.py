"""Identity: the user and the groups that a platform assigns to a pod whose spec names none.

A container that must not be root, of an image whose user is root, starts only where its user is assigned: on OpenShift,
by the constraints ``restricted-v2``. A rehearsal does the same. Source: mutatePod and mutateContainer in
openshift/apiserver-library-go sccmatching/provider.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.core.object import Manifest, Object


ASSIGNED = 1_000_650_000
"""User and group of the namespace; no file of an image knows them. The user's own group is 0, as of every user that
/etc/passwd does not name."""


def context(spec: Object, container: Object) -> Manifest:
    """The security context of a container, with what it takes over from its pod."""
    return (spec.get("securityContext") or {}) | (container.get("securityContext") or {})


def _containers(spec: Object) -> tuple[Manifest, ...]:
    return (*(spec.get("initContainers") or ()), *spec["containers"])


def unassigned(spec: Object) -> bool:
    """Whether a container of a pod must not be root, and names no user."""
    contexts = [context(spec, each) for each in _containers(spec)]
    return any(each.get("runAsNonRoot") and "runAsUser" not in each for each in contexts)


def assign_ids(spec: Manifest) -> None:
    """Give a pod that leaves its user open the ids of its namespace; any other stays as it is."""
    if not unassigned(spec):
        return
    for each in _containers(spec):
        if "runAsUser" not in context(spec, each):
            each["securityContext"] = (each.get("securityContext") or {}) | {"runAsUser": ASSIGNED}
    spec["securityContext"] = {"fsGroup": ASSIGNED} | (spec.get("securityContext") or {})
