"""Pool: the definitions of every supported Kubernetes version, in one file of `tools/make_schemas.py`.

Versions share most definitions, so the file has one line for each definition: first version, last version (empty: still
valid), name, JSON text. Reading one version is a pass over 300 lines; callers parse the JSON.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from redismanifests.errors import RedismanifestsError

_FILE = Path(__file__).parent / "data" / "definitions.tsv"


@cache
def _lines() -> tuple[str, ...]:
    return tuple(_FILE.read_text(encoding="utf-8").splitlines())


@cache
def supported_versions() -> tuple[str, ...]:
    """Minor versions of Kubernetes, oldest first: ``("1.25", ..., "1.37")``."""
    return tuple(_lines()[0].split("\t"))


@cache
def kinds() -> dict[tuple[str, str], str]:
    """The definition of every kind: ``("apps/v1", "StatefulSet")`` to ``apps.v1.StatefulSet``."""
    found = {}
    for entry in _lines()[1].split("\t"):
        api_version, kind = entry.split(" ")
        group, _, version = api_version.rpartition("/")
        found[api_version, kind] = f"{group.partition('.')[0] or 'core'}.{version}.{kind}"
    return found


@cache
def definitions(version: str) -> dict[str, str]:
    """Name and JSON text of every definition of one version; raises RedismanifestsError for an unknown one."""
    versions = supported_versions()
    if version not in versions:
        raise RedismanifestsError(
            f'this redismanifests has no schemas of Kubernetes "{version}"',
            f"choose a minor version from {versions[0]} to {versions[-1]}",
        )
    at = {each: index for index, each in enumerate(versions)}
    wanted = at[version]
    found = {}
    for line in _lines()[2:]:
        first, last, name, text = line.split("\t")
        if at[first] <= wanted and (not last or wanted <= at[last]):
            found[name] = text
    return found
