"""Backups: what a store has for a profile: manifests, and dumps beside them."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from redismanifests.errors import RedismanifestsError
from redismanifests.profile.derived.backup import store
from redismanifests.profile.formulas.engine import line_of
from redismanifests.profile.formulas.format import DUMPS, loads
from redismanifests.prove.backups.rclone import Rclone
from redismanifests.prove.backups.segments import chains

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.features.backup.settings import Backup
    from redismanifests.profile.model import Profile
    from redismanifests.prove.backups.segments import Chain

FORMAT = 1
_ID = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
_LISTED = re.compile(rf"(\d+) ({_ID})/(dump\.rdb|manifest\.json)")
_TYPES: dict[str, type] = {
    "time": str, "engine": str, "version": str, "rdbVersion": int, "keys": int, "usedMemory": int, "size": int,
    "sha256": str,
}  # fmt: skip
"""Fields of a manifest that are needed here."""


class Found(NamedTuple):
    """One backup. Of one whose manifest cannot be read only the id is known."""

    id: str
    manifest: Mapping[str, Any]
    problem: str
    """Why it cannot be restored; empty where nothing is known against it."""
    readable: bool | None
    """Whether the server of the profile reads it; None where that is unknown."""


class Store(NamedTuple):
    """The store of a profile, as rclone reaches it."""

    rclone: Rclone
    place: str

    @classmethod
    def opened(cls, profile: Profile, environment: Mapping[str, str], *, of_segments: bool = False) -> Store:
        """The store with the variables of a person; raises RedismanifestsError for what is missing.

        ``of_segments``: the folder of segments in place of that of backups.
        """
        backup = profile.backup
        if backup is None:
            raise RedismanifestsError("this profile has no backups", "set backup (docs/backup.md)")
        name = profile.name
        if of_segments:
            name = store.of_segments(name)
            places = {each: environment.get(each, "") for each in ("REMOTE", "RCLONE_CONFIG_CRYPT_REMOTE")}
            # What a person names is the place of the backups; that of segments is beside it.
            beside = {each: store.of_segments(place.rstrip("/")) for each, place in places.items() if place}
            environment = {**environment, **beside}
        known = {each.name: each.value for each in store.variables(backup, profile.namespace, name)}
        _refuse_missing(backup, environment)
        rclone = Rclone.found({**known, **environment})
        if backup.encryption:
            secret = rclone.obscured(environment[store.PASSWORD])
            variables = {**rclone.environment, "RCLONE_CONFIG_CRYPT_PASSWORD": secret}
            variables.pop(store.PASSWORD)
            rclone = rclone._replace(environment=variables)
        return cls(rclone, rclone.environment["REMOTE"].rstrip("/"))

    @property
    def separator(self) -> str:
        """Between the place and a path in it."""
        return "" if self.place.endswith(":") else "/"

    def chains(self) -> tuple[Chain, ...]:
        """Every chain of segments."""
        return chains(self._listing().splitlines())

    def _listing(self) -> str:
        return self.rclone.output("lsf", "-R", "--files-only", "--format", "sp", "--separator", " ",
                                  self.place, empty=True)  # fmt: skip

    def found(self, profile: Profile) -> tuple[Found, ...]:
        """Every backup, the newest first."""
        sizes = {
            (match[2], match[3]): int(match[1])
            for match in map(_LISTED.fullmatch, self._listing().splitlines())
            if match
        }
        ids = sorted({each for each, file in sizes if file == "manifest.json"}, reverse=True)
        texts = self._manifests() if ids else {}
        return tuple(
            _found(profile, each, texts.get(each, ""), sizes.get((each, "dump.rdb"))) for each in ids
        )

    def _manifests(self) -> dict[str, str]:
        """The text of every manifest, by id: with one run of rclone, not one for each."""
        with tempfile.TemporaryDirectory() as folder:
            self.rclone.output("copy", "--include", "/*/manifest.json", self.place, folder)
            paths = Path(folder).glob("*/manifest.json")
            return {path.parent.name: path.read_text(errors="replace") for path in paths}

    def checked(self, backup: Found) -> Found:
        """``backup`` after its dump was read to its end."""
        if backup.problem:
            return backup
        found, said = self.rclone.sum_of(f"{self.place}{self.separator}{backup.id}/dump.rdb")
        if said:
            return backup._replace(problem=f"the dump cannot be read: {said}")
        if found != backup.manifest["sha256"]:
            return backup._replace(problem="the dump is damaged: it has another sum than its manifest says")
        return backup


def _refuse_missing(backup: Backup, environment: Mapping[str, str]) -> None:
    needed = [each.name for each in store.secret_variables(backup)]
    if backup.store.kind == "sftp":
        needed += ["RCLONE_CONFIG_STORE_KEY_FILE", "RCLONE_CONFIG_STORE_KNOWN_HOSTS_FILE"]
    if backup.store.kind == "claim":
        needed.append("RCLONE_CONFIG_CRYPT_REMOTE" if backup.encryption else "REMOTE")
    missing = [each for each in needed if not environment.get(each)]
    if missing:
        raise RedismanifestsError(
            f"the store cannot be reached without {', '.join(missing)}",
            "write NAME=VALUE lines into a file that only you can read, and give it with --env-file; or export them",
        )


def _found(profile: Profile, name: str, text: str, size: int | None) -> Found:
    try:
        manifest = json.loads(text)
        wrong = [key for key, kind in _TYPES.items() if not isinstance(manifest[key], kind)]
    except (ValueError, KeyError, TypeError):
        return Found(name, {}, "its manifest is damaged", None)
    if wrong or manifest.get("id") != name:
        return Found(name, {}, "its manifest is damaged", None)
    if manifest.get("format") != FORMAT:
        return Found(name, manifest, f"its format {manifest.get('format')!r} is unknown here", None)
    line = line_of(profile.engine, profile.redis.image)
    readable = loads(line, manifest["rdbVersion"]) if line in DUMPS else None
    problem = ""
    if size is None:
        problem = "its dump is missing"
    elif size != manifest["size"]:
        problem = f"its dump has {size} bytes, and {manifest['size']} were stored"
    return Found(name, manifest, problem, readable)
