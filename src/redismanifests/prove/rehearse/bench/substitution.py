"""Substitution: the binaries of this machine that replace an image.

Why: there are no images here. This table and the engine's path are all that is replaced; the rest of a container runs
byte for byte as rendered.
"""

from __future__ import annotations

import copy
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.core.values import image as image_reference
from redismanifests.errors import ToolError
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.foreign import images
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.pods.image import Image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from redismanifests.core.object import Manifest, Object

NEXT = "next-server.rehearsal/"
"""Registry of the images that the second server replaces, if a scenario changes the engine."""

SHELLS = ("busybox", "alpine", "debian", "ubuntu", "bash", "os-shell", "minideb")
"""Images that hold a shell and small programs."""
SUFFIXES = ("server", "sentinel", "cli", "benchmark", "check-aof", "check-rdb")
"""Of the programs of an engine, behind its name."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A Redis or Valkey on this machine: its server and the programs beside it."""

    server: Path

    @classmethod
    def found(cls, path: str | None = None) -> Engine:
        """The server at ``path``, else the first on PATH."""
        name = path or shutil.which("redis-server") or shutil.which("valkey-server")
        server = Path(name).absolute() if name else None
        if server is None or not server.exists():
            raise ToolError(
                f"no Redis to rehearse with: {path or 'redis-server is not on PATH'}",
                "install it (Debian: apt-get install redis-server redis-tools) or name one with --redis-server",
            )
        return cls(server)

    @property
    def flavour(self) -> str:
        """``redis`` or ``valkey``, from the program's name."""
        return self.server.name.partition("-")[0]

    def programs(self) -> dict[str, Path]:
        """Name in the image to program here; a Valkey image answers to Redis' names too, as the official one does."""
        found: dict[str, Path] = {}
        for suffix in SUFFIXES:
            program = self.server.with_name(f"{self.flavour}-{suffix}")
            if not program.exists() and suffix == "sentinel":
                # The server under this name is a Sentinel; without it, another version's could be found on PATH.
                program = self.server
            if program.exists():
                found |= {f"{name}-{suffix}": program for name in {self.flavour, "redis"}}
        if "redis-cli" not in found:
            raise ToolError(
                f"no {self.flavour}-cli lies beside {self.server}",
                "probes and scripts need the one of that version",
            )
        return found

    def folder(self) -> Path:
        """The folder that must be visible for the programs to run (the one above a ``bin``)."""
        above = self.server.parent
        return above.parent if above.name in ("bin", "sbin") and above.parent != Path("/") else above


def deployed(objects: Objects) -> str:
    """Name and version of the server that the image of Redis holds; empty if its tag has no version."""
    redis = Desired.of(objects.items).redis
    for item in objects.of_kind("StatefulSet"):
        for container in item["spec"]["template"]["spec"]["containers"]:
            if item["metadata"]["name"] == redis.name and container["name"] == redis.container:
                with suppress(ValueError):
                    image = image_reference.Image.parse(container["image"])
                    name = "Valkey" if "valkey" in image.repository.rsplit("/", 1)[-1] else "Redis"
                    return f"{name} {'.'.join(map(str, image.version))}" if image.version else ""
    return ""


def same_engine(deployed: str, played: str) -> bool:
    """Whether a server of that name and version matches an image's tag: ``8.0`` is any 8.0."""
    return not deployed or played == deployed or played.startswith(f"{deployed}.")


def with_next_image(objects: Objects) -> Objects:
    """The same objects, with the image of each Redis and Sentinel from the registry `NEXT`."""
    return Objects(tuple(_with_next_image(item) for item in objects.items), objects.namespace)


def _with_next_image(item: Any) -> Any:
    if item["kind"] != "StatefulSet":
        return item
    changed = copy.deepcopy(item)
    for container in _servers(changed["spec"]["template"]["spec"]):
        container["image"] = NEXT + container["image"]
    return changed


def _servers(pod: Object) -> Iterator[Manifest]:
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        last = container["image"].rsplit("/", 1)[-1]
        if "exporter" not in last and ("redis" in last or "valkey" in last):
            yield container


def exporter_program() -> str | None:
    """The first exporter on PATH, as built from its source or as Debian has it."""
    return shutil.which("redis_exporter") or shutil.which("prometheus-redis-exporter")


def image_for(reference: str, engine: Engine, next_engine: Engine | None = None) -> Image:
    """The stand-in for an image reference; ``next_engine`` is behind those of the registry `NEXT`."""
    if next_engine is not None and reference.startswith(NEXT):
        engine = next_engine
    repository = reference.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    if "exporter" in repository:
        exporter = exporter_program()
        if exporter is None:
            raise ToolError(
                f"no program here can replace the image {reference}",
                "install redis_exporter (Debian: apt-get install prometheus-redis-exporter)",
            )
        program = Path(exporter).resolve()
        needed = () if program.is_relative_to("/usr") else (program.parent,)
        # The official image has it at the root only, others on PATH.
        places = {"/redis_exporter": program, "/usr/local/bin/redis_exporter": program}
        return Image(("/redis_exporter",), (), 59000, 59000, "/", places, needed)
    if "redis" in repository or "valkey" in repository:
        flavour = "valkey" if "valkey" in repository else engine.flavour
        return Image(
            entrypoint=(images.entry_point(reference, flavour),),
            arguments=(f"{flavour}-server",),
            uid=images.user(reference),
            gid=0,
            folder="/" if images.is_bitnami(reference) else "/data",
            programs=images.programs(reference, engine.programs()),
            needed=() if engine.server.is_relative_to("/usr") else (engine.folder(),),
            files=images.files(reference, engine.programs(), flavour),
            folders=images.folders(reference),
            shells=images.shells(reference),
        )
    if repository == "rclone":
        rclone = shutil.which("rclone")
        if rclone is None:
            raise ToolError(
                f"no program here can replace the image {reference}",
                "install rclone (Debian: apt-get install rclone)",
            )
        return Image(("rclone",), (), 0, 0, "/data", {"/usr/local/bin/rclone": Path(rclone).resolve()})
    if repository in SHELLS:
        alpine = repository in ("busybox", "alpine")
        return Image(
            (),
            ("sh",),
            0,
            0,
            "/",
            images.applets() if alpine else {},
            shells=images.shells("alpine" if alpine else ""),
        )
    raise ToolError(
        f"no program here can replace the image {reference}",
        "a rehearsal runs images of Redis, Valkey, redis_exporter, rclone and busybox",
    )
