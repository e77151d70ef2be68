"""Restoring: what the scenarios have in common that run the restore of a deployment (`restore.from`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup.kept import backup_of
from redismanifests.prove.rehearse.bench.backup.restore import restores, without_restore

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects


def lacks_backup(objects: Objects) -> str:
    """Why these objects make no backup and restore it; empty where they do."""
    return lacks_restore(objects) if backup_of(objects) else "the objects make no backup"


def lacks_restore(objects: Objects) -> str:
    """Why these objects restore nothing; empty where they do."""
    return "" if restores(objects) else "the objects restore no backup (restore.from)"


async def first_life(stage: Stage) -> None:
    """Begin without the restore: what it is to bring back is made in this life."""
    stage.change(without_restore(stage.rendered))
