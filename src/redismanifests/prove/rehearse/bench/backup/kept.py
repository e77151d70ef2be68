"""Kept: the backups in the store of a rehearsal: which there are, a drill of each, and damage to one of them."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.pods.volume import claim_folder
from redismanifests.render.rendered import pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.pods.pod import Site

UPLOAD, _LOAD = "backup-upload", "drill-load"
"""Containers of a CronJob by which it is known as the backup, and as the restore drill (templates/)."""
_SETTINGS, _NEWEST = "restore-settings.sh", "RESTORE_ID=newest "


def backup_of(objects: Objects) -> Object | None:
    """The CronJob of backups; None where there is none."""
    return _with(objects, UPLOAD)


def drill_of(objects: Objects) -> Object | None:
    """The CronJob of restore drills; None where there is none."""
    return _with(objects, _LOAD)


def lacks_drill(objects: Objects) -> str:
    """Why these objects drill no restore; empty where they do."""
    return "" if drill_of(objects) else "the objects have no restore drill (backup.drill)"


def _with(objects: Objects, container: str) -> Object | None:
    for item in objects.of_kind("CronJob"):
        if any(each["name"] == container for each in pod_template(item)["spec"]["containers"]):
            return item
    return None


def drill_for(objects: Objects, drill: Object, backup: str) -> tuple[Objects, Object]:
    """A drill of one backup in place of the newest, and the objects with the settings that it reads."""
    ending = f"-{backup.lower()}"
    own: Any = copy.deepcopy(drill)
    own["metadata"]["name"] += ending
    (volume,) = (each for each in pod_template(own)["spec"]["volumes"] if "configMap" in each)
    settings: Any = copy.deepcopy(objects.named("ConfigMap", volume["configMap"]["name"]))
    volume["configMap"]["name"] = settings["metadata"]["name"] = settings["metadata"]["name"] + ending
    settings["data"][_SETTINGS] = settings["data"][_SETTINGS].replace(_NEWEST, f"RESTORE_ID={backup} ")
    return Objects((*objects.items, settings), objects.namespace), own


def with_retention(objects: Objects, *, count: int, least: int) -> Objects:
    """The same objects, of which so many backups stay."""
    changed: list[Object] = []
    for item in objects.items:
        text = (item.get("data") or {}).get("settings.sh", "") if item["kind"] == "ConfigMap" else ""
        if "\nKEEP_COUNT=" in text:
            text = f"{text}KEEP_COUNT={count}\nKEEP_LEAST={least}\n"
            changed.append({**item, "data": {**item["data"], "settings.sh": text}})
        else:
            changed.append(item)
    return Objects(tuple(changed), objects.namespace)


class Kept(NamedTuple):
    """The store, as a folder of this machine."""

    folder: Path

    @classmethod
    def of(cls, site: Site) -> Kept:
        """The claim that the backup of these objects writes to (store.py)."""
        backup = backup_of(site.objects)
        volumes = pod_template(backup)["spec"]["volumes"] if backup else ()
        (claim,) = (
            each["persistentVolumeClaim"]["claimName"] for each in volumes if "persistentVolumeClaim" in each
        )
        return cls(claim_folder(site.claims, claim))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every backup that is listed, the newest first."""
        return tuple(sorted((path.parent.name for path in self._manifests()), reverse=True))

    @property
    def dumps(self) -> frozenset[str]:
        """Ids of everything of which there is a dump, listed or not."""
        return frozenset(path.parent.name for path in self.folder.rglob("dump.rdb*"))

    @property
    def place(self) -> Path:
        """The folder of these backups, of which there is one at least."""
        return next(self._manifests()).parent.parent

    def _manifests(self) -> Iterator[Path]:
        """Of backups: a chain of segments beside them has one too, in a folder without a replication id."""
        return self.folder.rglob("*Z-*/manifest.json*")

    def sum_of(self, backup: str) -> str:
        """One sum of the files of a backup: another one where a byte of them is another."""
        found = hashlib.sha256()
        for path in sorted((self.place / backup).iterdir()):
            found.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
        return found.hexdigest()

    def change_byte(self, backup: str) -> None:
        """Change the byte in the middle of a dump."""
        (file,) = (self.place / backup).glob("dump.rdb*")
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
