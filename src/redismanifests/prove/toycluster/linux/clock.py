"""Clock: the wall clock of the containers of a rehearsal, which a scenario may set.

A step of the clock shortens or extends waits, and Sentinel uses this clock. All containers share the machine's clock,
so a small library is loaded into each process that reads the time (stepped_clock.c explains it). Out of scope:
monotonic clocks.
"""

from __future__ import annotations

import copy
import os
import shutil
import struct
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.object import Manifest, Object

_SOURCE = Path(__file__).with_name("stepped_clock.c")
_LIBRARY = "stepped_clock.so"
_AHEAD = "ahead"


def lacks() -> str:
    """The missing tool that is needed to set a clock; empty if there is none."""
    return (
        "" if shutil.which("cc") else "cc (a C compiler) is not on PATH, and without it no clock can be set"
    )


def seconds(ahead: int) -> bytes:
    """The content of the file with the offset of a clock."""
    return struct.pack("i", ahead)


def _library(scratch: Path) -> bytes:
    """The library, built in ``scratch``, the only writable folder of a rehearsal."""
    library = scratch / _LIBRARY
    variables = {**os.environ, "TMPDIR": str(scratch)}
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, _SOURCE], check=True, env=variables)
    return library.read_bytes()


def _volumes(item: Object) -> Iterator[tuple[str, str]]:
    """Name of each volume of a set's pods that mounts a ConfigMap without items, and the ConfigMap's name."""
    for volume in item["spec"]["template"]["spec"].get("volumes", ()):
        if "configMap" in volume and "items" not in volume["configMap"]:
            yield volume["name"], volume["configMap"]["name"]


def settable(objects: Objects, scratch: Path) -> Objects:
    """The same objects, with a clock of its own in each container that has a ConfigMap as a folder."""
    library = b64encode(_library(scratch)).decode()
    binary = {_LIBRARY: library, _AHEAD: b64encode(seconds(0)).decode()}
    maps = {name for item in objects.of_kind("StatefulSet") for _, name in _volumes(item)}
    changed: list[Object] = []
    for item in objects.items:
        if item["kind"] == "ConfigMap" and item["metadata"]["name"] in maps:
            changed.append({**item, "binaryData": {**(item.get("binaryData") or {}), **binary}})
        elif item["kind"] == "StatefulSet":
            changed.append(_loading(item))
        else:
            changed.append(item)
    return Objects(tuple(changed), objects.namespace)


def _loading(item: Object) -> Object:
    loading: Manifest = copy.deepcopy(dict(item))
    volumes = dict(_volumes(item))
    for container in loading["spec"]["template"]["spec"]["containers"]:
        for mount in container.get("volumeMounts", ()):
            if mount["name"] in volumes and "subPath" not in mount:
                container.setdefault("env", []).extend(_variables(mount["mountPath"]))
    return loading


def _variables(folder: str) -> tuple[Mapping[str, str], ...]:
    return (
        {"name": "LD_PRELOAD", "value": f"{folder}/{_LIBRARY}"},
        {"name": "STEPPED_CLOCK", "value": f"{folder}/{_AHEAD}"},
    )


def stepped(objects: Objects, ahead: int) -> Objects:
    """The same objects with an offset of the clocks, for pods that are created from now on."""
    value = b64encode(seconds(ahead)).decode()
    return Objects(
        tuple(
            {**item, "binaryData": {**item["binaryData"], _AHEAD: value}}
            if _AHEAD in (item.get("binaryData") or {})
            else item
            for item in objects.items
        ),
        objects.namespace,
    )


def step(folder: Path, ahead: int) -> None:
    """Set the clocks of a running pod with its volumes in ``folder``; in place, because processes map the file."""
    for file in folder.glob(f"*/{_AHEAD}"):
        with file.open("r+b") as opened:
            opened.write(seconds(ahead))
