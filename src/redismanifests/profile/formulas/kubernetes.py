"""Kubernetes: faults of its releases that this design meets.

Out of scope: what a version accepts (the schema judges that).
"""

from __future__ import annotations

from redismanifests.core.pattern import pattern

STUCK_ROLLOUTS = ((1, 35, 0), (1, 35, 3))
"""First and last release in which a StatefulSet with podManagementPolicy Parallel cannot be rolled forward out of a
broken rollout: MaxUnavailableStatefulSet was on, and counted unavailable pods of the old revision. Off again from
1.35.4. Source: kubernetes/kubernetes#137409, #137904."""

_RELEASE = pattern(r"v?(\d+)\.(\d+)\.(\d+)")


def release(text: str) -> tuple[int, int, int] | None:
    """Major, minor and patch of a version as a server reports it (``v1.35.2-eks-1``); None for anything else."""
    found = _RELEASE.match(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def rollouts_get_stuck(version: tuple[int, int, int]) -> bool:
    """Whether a broken rollout stays broken on this release."""
    first, last = STUCK_ROLLOUTS
    return first <= version <= last
