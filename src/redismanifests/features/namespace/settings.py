"""Namespace: limits of the namespace, and its own objects if the team renders them too."""

from __future__ import annotations

from typing import Literal

from redismanifests.core.setting import Section, setting
from redismanifests.core.values.bounded import Flag


class NamespaceObjects(Section):
    """Objects of the namespace itself; they sort first in the folder."""

    namespace: Flag = setting(
        False, "Render the Namespace.", why="most teams get theirs from a platform team, and must not own it"
    )
    limit_range: Flag = setting(False, "Render the LimitRange objects of `limits`.", why="as above")
    pod_security: Literal["restricted", "baseline", "privileged"] = setting(
        "restricted",
        "Pod Security level that the rendered Namespace enforces.",
        why="every pod of ours is admitted under it",
        source="Kubernetes docs, Pod Security Standards",
    )
