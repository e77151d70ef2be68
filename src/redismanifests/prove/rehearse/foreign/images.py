"""Images: how the images that others use differ from a plain server: their shells, entry points, paths and defaults.

- Official images (Docker official images, redis and valkey): an entry point that takes options, and a server that is
  built with protected-mode off (the Dockerfile changes config.c).
- Alpine: sh and all small programs are BusyBox.
- Bitnami: user 1001, programs below /opt/bitnami, and libraries of shell functions (README and scripts of its images).
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.core.data import template_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

_BIN = "/usr/local/bin"
_BITNAMI_USER = 1001
_BITNAMI_BIN, _BITNAMI_SCRIPTS = "/opt/bitnami/{flavour}/bin", "/opt/bitnami/scripts"
_LIBRARIES = ("liblog", "libvalidations", "libos", "libfile", "libnet")
_FLAVOURS = ("redis", "valkey")
_NOT_AS_APPLET = ("sh", "ash", "[", "[[", "mount", "umount", "pivot_root", "setpriv", "nsenter", "unshare")
"""The shell is covered itself; the others are only for the machinery that starts a container."""


def is_alpine(reference: str) -> bool:
    """Whether an image is built on Alpine, by its tag or its name."""
    return "alpine" in reference.partition("@")[0].rsplit("/", 1)[-1]


def is_bitnami(reference: str) -> bool:
    """Whether it is one of Bitnami's, from whichever registry."""
    return "bitnami" in reference.partition("@")[0].rpartition("/")[0]


@cache
def applets() -> Mapping[str, Path]:
    """Name of each small program of Alpine to the BusyBox of this machine; none if there is no BusyBox."""
    program = shutil.which("busybox")
    if program is None:
        return {}
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    own = {name for name in listed if name not in _NOT_AS_APPLET}
    return {f"{_BIN}/{name}": Path(program) for name in own}


def shells(reference: str) -> Mapping[str, Path]:
    """What covers /usr/bin/sh: BusyBox in Alpine's images."""
    program = shutil.which("busybox")
    return {"/usr/bin/sh": Path(program)} if program and is_alpine(reference) else {}


def programs(reference: str, known: Mapping[str, Path]) -> dict[str, Path]:
    """Path in the image to program of this machine; ``known`` are those of an engine, by name.

    A server of the other name is run by this engine.
    """
    found: dict[str, Path] = dict(applets()) if is_alpine(reference) else {}
    own = {name.partition("-")[0] for name in known}
    for flavour in {*own, *_FLAVOURS} if "valkey" in reference else own:
        for name, program in known.items():
            called = f"{flavour}-{name.partition('-')[2]}"
            found[f"{_BIN}/{called}"] = program
            if is_bitnami(reference):
                found[f"{_BITNAMI_BIN.format(flavour=flavour)}/{called}"] = program
    return found


def files(reference: str, known: Mapping[str, Path], flavour: str) -> dict[str, str]:
    """Path in the image to the text of a script; the server of the image is called after its ``flavour``."""
    texts = template_texts()
    if is_bitnami(reference):
        found = {
            f"{_BITNAMI_SCRIPTS}/{name}.sh": texts[f"rehearse/bitnami-{name}.bash"] for name in _LIBRARIES
        }
        for each in _FLAVOURS:
            found[entry_point(reference, each)] = texts["rehearse/bitnami-entrypoint.bash"]
        return found
    program = next(path for name, path in known.items() if name.endswith("-server"))
    server = texts["rehearse/server.sh"].replace("@PROGRAM@", str(program))
    # The server is a Sentinel by the name that it is called by, which may be another engine's.
    sentinel = texts["rehearse/sentinel.sh"].replace("@PROGRAM@", str(program))
    found = {f"{_BIN}/{flavour}-sentinel": sentinel} if f"{flavour}-sentinel" not in known else {}
    found |= {
        path: server
        for path in programs(reference, known)
        if path.startswith(_BIN) and path.endswith("-server")
    }
    entry = texts["rehearse/docker-entrypoint.sh"].replace("@SERVER@", f"{flavour}-server")
    return found | {entry_point(reference, flavour): entry}


def entry_point(reference: str, flavour: str) -> str:
    """The path of the image's entry point."""
    return (
        f"{_BITNAMI_SCRIPTS}/{flavour}/entrypoint.sh"
        if is_bitnami(reference)
        else f"{_BIN}/docker-entrypoint.sh"
    )


def folders(reference: str) -> tuple[str, ...]:
    """Folders of the image that its user may write to."""
    if not is_bitnami(reference):
        return ()
    inside = (
        "redis/etc",
        "redis/tmp",
        "redis/logs",
        "redis-sentinel/etc",
        "valkey/etc",
        "valkey/tmp",
        "valkey-sentinel/etc",
    )
    return (*(f"/opt/bitnami/{each}" for each in inside), "/bitnami/redis/data", "/bitnami/valkey/data")


def user(reference: str) -> int:
    """The user of the image."""
    return _BITNAMI_USER if is_bitnami(reference) else 0
