"""Deployed: the objects of a folder, or those that `kubectl get -o yaml` printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.documents import documents
from redismanifests.core.sources.reading import bounded
from redismanifests.core.sources.source import printable
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.kubernetes.decoded import decoded_objects
from redismanifests.judge.kubernetes.shape import shape_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from redismanifests.core.object import Manifest


MAX_BYTES = 64 << 20
"""What `kubectl get` prints of a large namespace is some megabytes; more is not this."""
_FEW = 3
"""Most faults of an object that are reported."""
SUFFIXES = (".yaml", ".yml", ".json")


class Deployed(NamedTuple):
    """What is there already."""

    objects: tuple[Manifest, ...]
    whole: bool
    """Whether all of it belongs to the deployment (its folder), or it may contain other objects (a namespace)."""

    def by_name(self, namespace: str) -> Mapping[tuple[str, str], Manifest]:
        """The objects of a namespace by kind and name; one that names no namespace is in each."""
        return {
            (o["kind"], o["metadata"]["name"]): o
            for o in self.objects
            if o["metadata"].get("namespace") in (None, namespace)
        }


def from_folder(folder: Path) -> Deployed:
    """Every object in the files of ``folder``; raises RedismanifestsError where one cannot be read."""
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES and not p.name.startswith("."))
        files = {str(path): bounded(path, MAX_BYTES) for path in paths}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RedismanifestsError(
            f"{folder} cannot be read: {reason}", "name a folder of manifests that you may read"
        ) from None
    return from_files(files)


def from_files(files: Mapping[str, bytes]) -> Deployed:
    """The objects of a folder, by the names of its files."""
    return Deployed(tuple(o for name, content in files.items() for o in _objects(name, content)), whole=True)


def from_text(name: str, content: bytes) -> Deployed:
    """The objects that `kubectl get -o yaml` (or json) printed."""
    return Deployed(tuple(_objects(name, content)), whole=False)


def _objects(name: str, content: bytes) -> Iterator[Manifest]:
    if len(content) > MAX_BYTES:
        raise RedismanifestsError(
            f"{name} is larger than {MAX_BYTES >> 20} MiB", "name the objects of this deployment"
        )
    try:
        text = content.decode("utf-8-sig")
        read = [found for document in documents(text) for found in _named(document)]
    except ValueError as error:
        raise RedismanifestsError(
            f"{name} cannot be read: {' '.join(str(error).split())}",
            "give manifests, or what kubectl get -o yaml prints",
        ) from None
    for found in read:
        if faults := shape_faults(found):
            metadata = found["metadata"]
            raise RedismanifestsError(
                f"{name}: {printable(str(found['kind']))} {printable(str(metadata['name']))} cannot be read: "
                + printable("; ".join(map(str, faults[:_FEW]))),
                "give manifests, or what kubectl get -o yaml prints",
            )
        yield found


def _named(document: Any) -> Iterator[Manifest]:
    for _, found in decoded_objects(document):
        metadata = found.get("metadata")
        if isinstance(found.get("kind"), str) and isinstance(metadata, dict):
            name = metadata.get("name")
            if isinstance(name, str):
                yield found
