"""Volume: the folders that a pod's volumes become.

Why: ConfigMaps, Secrets and scratch space live as long as the pod, claims live longer, and a scenario may lose one.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.toycluster.linux.beneath import beneath
from redismanifests.prove.toycluster.linux.namespace import own
from redismanifests.prove.toycluster.linux.process import succeed
from redismanifests.prove.toycluster.pods.environment import data_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.objects import Objects

_DEFAULT_MODE = 0o644
_DAMAGED_BYTES = 64
_FILLER = "taken-by-the-rehearsal"


def claim_folder(claims: Path, claim: str) -> Path:
    """Where the data of a PersistentVolumeClaim lies between its pods."""
    return beneath(claims, claim)


def lose_claim(claims: Path, claim: str) -> None:
    """Lose the data of a claim, as when a disk is replaced; its folder stays, a container may have it mounted."""
    for entry in claim_folder(claims, claim).iterdir():
        # A link that a container left is deleted as a file.
        if entry.is_dir() and not entry.is_symlink():
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
    with suppress(OSError), _filler(claims, claim).open("xb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))


def damage_claim(claims: Path, claim: str) -> str:
    """Change 64 bytes in the middle of the largest file of data, and return its name."""
    files = (f for f in claim_folder(claims, claim).rglob("*") if f.suffix in (".rdb", ".aof"))
    file = max((f for f in files if not f.name.startswith("temp-")), key=lambda f: f.stat().st_size)
    middle = file.stat().st_size // 2
    with file.open("r+b") as data:
        data.seek(middle)
        data.write(bytes(_DAMAGED_BYTES))
    return file.name


def read_dump(claims: Path, claim: str, name: str) -> bytes:
    """The dump on a claim."""
    return (claim_folder(claims, claim) / name).read_bytes()


def restore_dump(claims: Path, claim: str, name: str, dump: bytes) -> None:
    """Put a dump on a claim, readable and writable for the group of the volume, as fsGroup makes it."""
    file = claim_folder(claims, claim) / name
    file.write_bytes(dump)
    file.chmod(0o660)
    own(file, 0, file.parent.stat().st_gid)


def empty_claim(claims: Path, claim: str) -> None:
    """Give back what was taken."""
    _filler(claims, claim).unlink()


def _filler(claims: Path, claim: str) -> Path:
    return claim_folder(claims, claim) / _FILLER


def _write(folder: Path, data: Mapping[str, bytes], source: Object, group: int) -> None:
    mode = source.get("defaultMode", _DEFAULT_MODE)
    items = source.get("items") or [{"key": key, "path": key} for key in data]
    for item in items:
        file = beneath(folder, item["path"])
        if item["key"] not in data and source.get("optional"):
            # A key that was there and is gone leaves the volume when the kubelet next looks.
            file.unlink(missing_ok=True)
            continue
        if file.exists() and file.read_bytes() == data[item["key"]]:
            # The kubelet leaves alone what has not changed.
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        # Put in its place whole: who reads it meanwhile reads the old one.
        new = file.with_name(f"..{file.name}")
        new.write_bytes(data[item["key"]])
        # fsGroup makes projected files readable for the group, with any mode.
        new.chmod(int(item.get("mode", mode)) & 0o777 | (0o040 if group else 0))
        own(new, 0, group)
        new.replace(file)


def _write_secrets(folder: Path, objects: Objects, volume: Object, group: int) -> None:
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


def renew_secrets(objects: Objects, pod: Object, scratch: Path, group: int) -> None:
    """Write again what the Secrets of a running pod hold now."""
    for volume in pod["spec"].get("volumes", ()):
        if "secret" in volume or "projected" in volume:
            _write_secrets(beneath(scratch, volume["name"]), objects, volume, group)


def renew_configs(objects: Objects, pod: Object, scratch: Path, group: int) -> None:
    """Write again what the ConfigMaps of a running pod hold now."""
    for volume in pod["spec"].get("volumes", ()):
        if "configMap" in volume:
            source = volume["configMap"]
            _write(scratch / volume["name"], data_of(objects, "ConfigMap", source["name"]), source, group)


def volume_folders(objects: Objects, pod: Object, scratch: Path, claims: Path, group: int) -> dict[str, Path]:
    """One folder per volume of the pod, filled; ``group`` is its fsGroup (0 for none)."""
    folders: dict[str, Path] = {}
    for volume in pod["spec"].get("volumes", ()):
        folder = beneath(scratch, volume["name"])
        if "persistentVolumeClaim" in volume:
            folder = claim_folder(claims, volume["persistentVolumeClaim"]["claimName"])
        folder.mkdir(parents=True, exist_ok=True)
        if "configMap" in volume:
            source = volume["configMap"]
            _write(folder, data_of(objects, "ConfigMap", source["name"]), source, group)
        elif "secret" in volume or "projected" in volume:
            _write_secrets(folder, objects, volume, group)
        elif "emptyDir" in volume or "persistentVolumeClaim" in volume:
            # As a new file system is (0755), plus what the kubelet adds for fsGroup; without one: for all.
            folder.chmod(0o2775 if group else 0o777)
            own(folder, 0, group)
        else:
            raise RedismanifestsError(
                f"volume {volume['name']} of {pod['metadata']['name']} is of no kind known here"
            )
        folders[volume["name"]] = folder
    return folders
