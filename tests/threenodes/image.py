"""Image: what pods run, made of unpacked Debian packages, and how a node's containerd gets it.

All images share one layer: server, exporter, rclone, application and the process that holds a pod.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threenodes.machine import MachineFailed

if TYPE_CHECKING:
    from threenodes.machine import Machine
    from threenodes.places import Places

PAUSE = "localhost/pause:1"
COREDNS = "localhost/coredns:1"
REDIS = "localhost/redis:1"
VALKEY = "localhost/valkey:1"
EXPORTER = "localhost/exporter:1"
CLIENT = "localhost/client:1"
_PATH = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
_CONFIGS: dict[str, dict[str, Any]] = {
    PAUSE: {"Entrypoint": ["sleep", "infinity"], "Env": _PATH, "User": "65535:65535"},
    COREDNS: {"Entrypoint": ["/coredns"], "Env": _PATH},
    REDIS: {"Cmd": ["redis-server"], "WorkingDir": "/data", "Env": _PATH},
    VALKEY: {"Cmd": ["valkey-server"], "WorkingDir": "/data", "Env": _PATH},
    EXPORTER: {"Entrypoint": ["/redis_exporter"], "User": "59000:59000", "Env": _PATH},
    CLIENT: {"Entrypoint": ["python3"], "Env": _PATH},
}
_START_LIMIT_S = 30
_IN_IMAGE = "/opt/valkey"


def archive_of(places: Places) -> Path:
    """Where the archive is, once it is built: its name says what is in it."""
    return places.images / f"all{'-' + places.valkey.name if places.valkey else ''}.tar"


def build(places: Places) -> None:
    """Write the archive that containerd imports, once."""
    archive = archive_of(places)
    if archive.exists():
        return
    places.images.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=places.images) as name:
        layer, fresh = Path(name, "layer.tar"), Path(name, archive.name)
        owned = ["--numeric-owner", "--owner=0", "--group=0"]
        subprocess.run(["tar", "-C", places.pods, *owned, "-cf", layer, "."], check=True)
        subprocess.run(["tar", "-C", places.coredns, *owned, "-rf", layer, "./coredns"], check=True)
        if places.valkey:
            start_scripts(places.valkey, Path(name) / "usr/local/bin")
            subprocess.run(["tar", "-C", name, *owned, "-rf", layer, "./usr/local/bin"], check=True)
            moved = ["--transform", f"flags=rh;s,^usr,{_IN_IMAGE[1:]}/usr,"]
            subprocess.run(["tar", "-C", places.valkey, *owned, *moved, "-rf", layer, "usr"], check=True)
        with layer.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        with tarfile.open(fresh, "w") as out:
            out.add(layer, "layer.tar")
            manifest = []
            for image, config in _CONFIGS.items():
                root = {"type": "layers", "diff_ids": [f"sha256:{digest}"]}
                text = json.dumps({"architecture": "amd64", "os": "linux", "config": config, "rootfs": root})
                at = f"{hashlib.sha256(text.encode()).hexdigest()}.json"
                _add(out, at, text)
                manifest.append({"Config": at, "RepoTags": [image], "Layers": ["layer.tar"]})
            _add(out, "manifest.json", json.dumps(manifest))
        fresh.replace(archive)


def start_scripts(valkey: Path, folder: Path) -> None:
    """Its C library is newer than the image's: each program is started through the loader that came with it."""
    loader = next(path for path in sorted(valkey.rglob("ld-linux*.so.*")) if not path.is_symlink())
    libraries = {path.parent for path in valkey.rglob("lib*.so.[0-9]*") if path.suffix != ".py"}
    there = [f"{_IN_IMAGE}/{path.relative_to(valkey)}" for path in (loader, *sorted(libraries))]
    folder.mkdir(parents=True)
    for program in sorted((valkey / "usr/bin").iterdir()):
        start = folder / program.name
        start.write_text(
            f"#!/bin/sh\nexec {there[0]} --library-path {':'.join(there[1:])} {_IN_IMAGE}/usr/bin/{program.name}"
            ' "$@"\n'
        )
        start.chmod(0o755)


def _add(out: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    out.addfile(entry, io.BytesIO(text.encode()))


def load(machine: Machine, places: Places) -> None:
    """Give them to the node's containerd, as soon as it answers."""
    deadline = time.monotonic() + _START_LIMIT_S
    while True:
        try:
            there = machine.run(*_CTR, "images", "ls", "--quiet").split()
            break
        except MachineFailed:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    if not set(_CONFIGS) <= set(there):
        machine.run(*_CTR, "images", "import", f"/opt/images/{archive_of(places).name}")


def tag(machine: Machine, image: str, name: str) -> None:
    """Let ``image`` be known by the name that a manifest has for it."""
    machine.run(*_CTR, "images", "tag", "--force", image, name)


_CTR = ("ctr", "--namespace", "k8s.io")
