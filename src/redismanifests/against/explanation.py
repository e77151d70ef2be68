"""Explanation: what changes of what is deployed mean, and the way out, for somebody who is tired.

What must not come in: findings that are not about an update.
"""

from __future__ import annotations

from redismanifests.core.findings import (
    CLAIM_GROWS,
    CLAIM_SHRINKS,
    IMMUTABLE_FIELD,
    MEMBERS_WOULD_NOT_MEET,
    NOTHING_DEPLOYED,
    OBJECT_DISAPPEARS,
    SELECTOR_CHANGES,
    VOLUMES_LEFT_BEHIND,
)

TEXTS = (
    (
        IMMUTABLE_FIELD,
        """
        A field changes that the API server keeps as it was made: `kubectl apply` is refused for this object, after it
        has applied others.

        Of a StatefulSet these are the selector, the governing Service, the pod management policy and the templates of
        claims; of a Service whether it is headless. The way out is a new object of the same name: deleting a
        StatefulSet with `--cascade=orphan` leaves its pods running, and the new one takes over those that its selector
        finds.

        A volume keeps its storage class and its size. New ones, in this order: replace the StatefulSet as above; then
        one replica after the other, the master last and only after it gave its role away: delete the claim, delete the
        pod, wait until the new pod is ready with its copy of the data. The order follows from how a pod starts
        (docs/design.md); such a move has not been rehearsed.

        Source: Kubernetes, pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate.
        """,
    ),
    (
        CLAIM_SHRINKS,
        """
        The profile asks for smaller volumes than there are. No volume shrinks, and the template of a claim cannot
        change.

        Smaller volumes are new volumes: `redismanifests explain RM150` says in which order.

        Source: Kubernetes, pkg/apis/core/validation/validation.go, ValidatePersistentVolumeClaimUpdate.
        """,
    ),
    (
        CLAIM_GROWS,
        """
        The profile asks for larger volumes than there are. The volumes can grow, where their class allows it; the
        template that they were made from cannot change.

        So, in this order: patch each claim to the new size, wait until it has it, delete the StatefulSet with
        `--cascade=orphan` (its pods go on running), apply what is rendered. No pod restarts for it.

        Source: Kubernetes, ValidateStatefulSetUpdate; Kubernetes docs, expanding persistent volume claims.
        """,
    ),
    (
        SELECTOR_CHANGES,
        """
        The StatefulSet that is deployed finds its pods by other labels, and a selector cannot change.

        It is replaced without its pods (`--cascade=orphan`). The new one takes over only pods that carry its labels:
        those that miss some get them first. Deployments that were built by hand usually need this once.

        Source: Kubernetes, pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate.
        """,
    ),
    (
        VOLUMES_LEFT_BEHIND,
        """
        What is deployed has volumes that nothing will use after this update: the name or the namespace changed, or the
        workload no longer claims them.

        A claim belongs to the name of its pod, in its namespace. Under a new name a deployment starts beside the old
        one, empty, and clients that are sent there find nothing. To move: start the new one, copy the data
        (`redis-cli --rdb`), move the clients, delete the old one, and its claims last.

        Source: Kubernetes docs, concepts/workloads/controllers/statefulset, stable storage.
        """,
    ),
    (
        OBJECT_DISAPPEARS,
        """
        An object of this deployment is there and is no longer rendered. `kubectl apply` deletes nothing, so it stays;
        tools with pruning delete it at once.

        A Service that stays may still be what some client uses; a PodDisruptionBudget that stays can block drains.

        Source: Kubernetes docs, declarative management of objects with configuration files.
        """,
    ),
    (
        MEMBERS_WOULD_NOT_MEET,
        """
        TLS or passwords are turned on, or off, in a deployment that runs. Pods of the new kind cannot connect to those
        of the old.

        As soon as a majority of the Sentinels is new, they take the old master for dead and promote the first new
        Redis, while the old one goes on to acknowledge writes: rehearsed so, these were lost. A pod that starts with
        TLS waits while it hears a member without it, which stops such a rollout at its first pods; one without TLS
        cannot tell.

        So all pods are stopped before the first new one starts: both StatefulSets are scaled to nothing, and when no
        pod is left, the new manifests are applied, which say again how many there are. Nothing is lost: it is a cold
        start.

        Source: measured (docs/tls.md, Turning it on); docs/auth.md, Turning it on.
        """,
    ),
    (
        NOTHING_DEPLOYED,
        """
        What was given to `--against` holds no object of this deployment, so nothing was compared.

        Mostly it comes from another namespace or cluster (kubectl's current context), or this is the first
        installation.

        Source: docs/operations.md.
        """,
    ),
)
