"""OpenShift: the ids of a namespace, and the ids of a pod that the constraints ``restricted-v2`` refuse.

OpenShift writes the ids into annotations of the Namespace. Source: getPreallocatedUIDRange, getPreallocatedFSGroup and
getSupplementalGroupsAnnotation in openshift/apiserver-library-go sccmatching/matcher.go; MustRunAsRange in its user
package. Out of scope: the other fields of ``restricted-v2``, which every rendered pod meets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.judge.admission.manifest import Problem, mapping

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object

USERS = "openshift.io/sa.scc.uid-range"
GROUPS = "openshift.io/sa.scc.supplemental-groups"
LABEL = "openshift.io/sa.scc.mcs"

_BLOCK = pattern(r"([0-9]{1,10})([/-])([0-9]{1,10})")
"""A first id and how many, or a first id and the last."""
LAST_ID = 2**32 - 2
"""The kernel's last id; the next one means "none"."""


class Block(NamedTuple):
    """Ids from the first to the last."""

    first: int
    last: int

    def __contains__(self, number: object) -> bool:
        """Whether an id is in the range."""
        return isinstance(number, int) and self.first <= number <= self.last

    def __str__(self) -> str:
        """``1000680000 to 1000689999``."""
        return f"{self.first} to {self.last}"


class Allotment(NamedTuple):
    """The ids that the annotations of a Namespace assign to its pods."""

    users: Block
    group: int
    """The one fsGroup that is admitted: the first id of the first block of groups."""


class Refused(NamedTuple):
    """The ids of a pod outside of the range, each once, in order."""

    users: tuple[int, ...]
    groups: tuple[int, ...]
    """Of volumes (fsGroup)."""


def read_annotations(namespace: Object, path: Path, problems: list[Problem]) -> Allotment | None:
    """The ids that the Namespace at ``path`` assigns; None without annotations of users.

    An annotation that OpenShift cannot read stops every pod of the namespace, and becomes a problem.
    """
    at = (*path, "metadata", "annotations")
    metadata = mapping(namespace, "metadata", path, problems)
    annotations = mapping(metadata, "annotations", at[:-1], problems)
    if LABEL in annotations and not str(annotations[LABEL] or ""):
        fix = "fetch the Namespace again: kubectl get namespace NAME -o yaml"
        problems.append(Problem((*at, LABEL), "it is empty, so no pod can get an SELinux label", fix))
    if USERS not in annotations:
        return None
    users = _blocks(annotations, USERS, at, problems)[:1]
    groups = _blocks(annotations, GROUPS, at, problems) if GROUPS in annotations else users
    return Allotment(users[0], groups[0].first) if users and groups else None


def stored_without_ids(namespace: Object) -> bool:
    """Whether a cluster has stored this Namespace without assigning users to it."""
    metadata = namespace.get("metadata")
    if not isinstance(metadata, dict) or "uid" not in metadata:
        return False
    annotations = metadata.get("annotations")
    return not (isinstance(annotations, dict) and USERS in annotations)


def _blocks(annotations: Object, key: str, at: Path, problems: list[Problem]) -> tuple[Block, ...]:
    """Every block of an annotation, or none and a problem."""
    written = str(annotations[key] or "")
    found: list[Block] = []
    for part in written.split(",") if key == GROUPS else (written,):
        match = _BLOCK.fullmatch(part)
        first = int(match[1]) if match else 0
        last = (first + int(match[3]) - 1 if match[2] == "/" else int(match[3])) if match else -1
        if not first <= last <= LAST_ID:
            fact = f"{written!r:.60} is no block of ids"
            fix = "write the first id and how many, such as 1000680000/10000, as OpenShift does"
            problems.append(Problem((*at, key), fact, fix))
            return ()
        found.append(Block(first, last))
    return tuple(found)


def refused(template: Object, allotment: Allotment) -> Refused:
    """The ids in a pod template that ``restricted-v2`` refuses; ids that are not set are assigned."""
    spec = template["spec"]
    whole = spec.get("securityContext") or {}
    users: list[int] = []
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        user = (container.get("securityContext") or {}).get("runAsUser", whole.get("runAsUser"))
        if user is not None and user not in allotment.users:
            users.append(user)
    group = whole.get("fsGroup")
    groups = () if group in (None, allotment.group) else (int(group),)
    return Refused(tuple(dict.fromkeys(users)), groups)
