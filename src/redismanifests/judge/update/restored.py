"""Restored: a restore that stays in the profile after the deployment was made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.findings import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.sources.source import Source
    from redismanifests.profile.model import Profile

RESTORE_LEFT_IN = FindingKind(
    "RM325",
    "restore-left-in",
    Severity.NOTE,
    """
    What is deployed has the restore already, so the volume of the first pod holds data or is about to. From then on a
    restore changes no volume, and every start of a Redis pod runs two more containers, whose images must be there. If
    the volume of the first pod is lost, that pod needs the store before it copies from the master.

    Source: docs/restore.md; templates/restore/volume.sh.
    """,
)

CONTAINER = "restore-place"
"""The init container by which a deployment with a restore is known (templates/restore/init.yaml.j2)."""


def changes(profile: Profile, source: Source, old: dict[str, Any]) -> Iterator[Finding]:
    """A StatefulSet of Redis, as deployed."""
    containers = old["spec"]["template"]["spec"].get("initContainers") or ()
    if profile.restore is not None and any(each.get("name") == CONTAINER for each in containers):
        fact = "the deployment was made with a restore: on volumes that hold data it does nothing"
        fix = "remove it when `verify` says that the deployment is healthy"
        yield RESTORE_LEFT_IN.at(source, ("restore",), fact, fix, at_key=True)
