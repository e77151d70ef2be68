"""Substitution: which binaries of this machine stand in for an image.

Why: there are no images here. This table and the engine's path are all that is replaced; the rest of a container runs
byte for byte as rendered. What must not come in: anything that changes a command, a file or a setting.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUFFIXES = ("server", "sentinel", "cli", "benchmark", "check-aof", "check-rdb")


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
        for suffix in _SUFFIXES:
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


@dataclass(frozen=True, slots=True)
class Image:
    """What an image gives a container: its entrypoint, default arguments, user and programs."""

    entrypoint: tuple[str, ...]
    arguments: tuple[str, ...]
    uid: int
    gid: int
    folder: str
    """Working folder."""
    programs: Mapping[str, Path]
    """Absolute path inside the container to program on this machine."""


def image_for(reference: str, engine: Engine) -> Image:
    """The stand-in for an image reference."""
    repository = reference.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    if "exporter" in repository:
        exporter = shutil.which("redis_exporter") or shutil.which("prometheus-redis-exporter")
        if exporter is None:
            raise ToolError(
                f"no program here stands in for the image {reference}",
                "install redis_exporter (Debian: apt-get install prometheus-redis-exporter)",
            )
        return Image(("/redis_exporter",), (), 59000, 59000, "/", {"/redis_exporter": Path(exporter)})
    if "redis" in repository or "valkey" in repository:
        programs = {f"/usr/local/bin/{name}": path for name, path in engine.programs().items()}
        return Image((), (f"{engine.flavour}-server",), 0, 0, "/data", programs)
    if repository == "busybox":
        return Image((), ("sh",), 0, 0, "/", {})
    raise ToolError(
        f"no program here stands in for the image {reference}",
        "a rehearsal runs images of Redis, Valkey, redis_exporter and busybox",
    )
