"""Volume: the folders that a pod's volumes become.

Why: ConfigMaps, Secrets and scratch space live as long as the pod, claims live longer, and a scenario may lose one.
What must not come in: mounting (the root file system of a container does that).
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from redismanifests.errors import RedismanifestsError
from redismanifests.rehearse.environment import data_of
from redismanifests.rehearse.namespace import own
from redismanifests.rehearse.process import succeed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from redismanifests.rehearse.objects import Objects

_DEFAULT_MODE = 0o644
_FILLER = "taken-by-the-rehearsal"


def claim_folder(claims: Path, claim: str) -> Path:
    """Where the data of a PersistentVolumeClaim lies between its pods."""
    return claims / claim


def lose_claim(claims: Path, claim: str) -> None:
    """Lose the data of a claim, as when a disk is replaced; its folder stays, a container may have it mounted."""
    for entry in claim_folder(claims, claim).iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


async def shrink_claim(claims: Path, claim: str, size: str) -> None:
    """Let a claim be a volume of that size (``32m``), as no folder of this machine is."""
    folder = claim_folder(claims, claim)
    folder.mkdir(parents=True)
    await succeed(["mount", "-t", "tmpfs", "-o", f"size={size}", "claim", str(folder)])


def fill_claim(claims: Path, claim: str) -> None:
    """Take all that is left on a claim's volume."""
    with suppress(OSError), (claim_folder(claims, claim) / _FILLER).open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))


def empty_claim(claims: Path, claim: str) -> None:
    """Give back what was taken."""
    (claim_folder(claims, claim) / _FILLER).unlink()


def _write(folder: Path, data: Mapping[str, bytes], source: Mapping[str, Any], group: int) -> None:
    mode = source.get("defaultMode", _DEFAULT_MODE)
    items = source.get("items") or [{"key": key, "path": key} for key in data]
    for item in items:
        file = folder / item["path"]
        if item["key"] not in data and source.get("optional"):
            # A key that was there and is gone leaves the volume when the kubelet next looks.
            file.unlink(missing_ok=True)
            continue
        if file.exists() and file.read_bytes() == data[item["key"]]:
            # The kubelet leaves alone what has not changed.
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        # As a new file: one that is read-only for its owner could not be written again.
        file.unlink(missing_ok=True)
        file.write_bytes(data[item["key"]])
        # fsGroup makes projected files readable for the group, whatever the mode says.
        file.chmod(int(item.get("mode", mode)) & 0o777 | (0o040 if group else 0))
        own(file, 0, group)


def _write_secrets(folder: Path, objects: Objects, volume: Mapping[str, Any], group: int) -> None:
    if "secret" in volume:
        source = volume["secret"]
        _write(folder, data_of(objects, "Secret", source["secretName"]), source, group)
        return
    mode = {"defaultMode": volume["projected"].get("defaultMode", _DEFAULT_MODE)}
    for source in volume["projected"]["sources"]:
        for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            if field in source:
                data = data_of(objects, kind, source[field]["name"])
                _write(folder, data, {**mode, **source[field]}, group)


def renew_secrets(objects: Objects, pod: Mapping[str, Any], scratch: Path, group: int) -> None:
    """Write again what the Secrets of a running pod hold now."""
    for volume in pod["spec"].get("volumes", ()):
        if "secret" in volume or "projected" in volume:
            _write_secrets(scratch / volume["name"], objects, volume, group)


def volume_folders(
    objects: Objects, pod: Mapping[str, Any], scratch: Path, claims: Path, group: int
) -> dict[str, Path]:
    """One folder per volume of the pod, filled; ``group`` is its fsGroup (0 for none)."""
    folders: dict[str, Path] = {}
    for volume in pod["spec"].get("volumes", ()):
        folder = scratch / volume["name"]
        if "persistentVolumeClaim" in volume:
            folder = claim_folder(claims, volume["persistentVolumeClaim"]["claimName"])
        folder.mkdir(parents=True, exist_ok=True)
        if "configMap" in volume:
            source = volume["configMap"]
            _write(folder, data_of(objects, "ConfigMap", source["name"]), source, group)
        elif "secret" in volume or "projected" in volume:
            _write_secrets(folder, objects, volume, group)
        elif "emptyDir" in volume or "persistentVolumeClaim" in volume:
            # As a provisioner hands it over (0777), plus the group and set-gid bit of fsGroup.
            folder.chmod(0o2777 if group else 0o777)
            own(folder, 0, group)
        else:
            raise RedismanifestsError(
                f"volume {volume['name']} of {pod['metadata']['name']} is of no kind known here"
            )
        folders[volume["name"]] = folder
    return folders
