"""Images: what the nodes run for images that cannot be pulled: the layer of all nodes' images, and a small one upon it.

The small layer holds what a rehearsal puts into a container of that image: paths, entry point, shell and functions. So
both run the same programs by the same names.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redismanifests.prove.rehearse.bench.substitution import SUFFIXES, Engine, image_for
from redismanifests.prove.toycluster.pods.environment import PATH
from threenodes import image as own
from threenodes.provided import full_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.prove.toycluster.pods.image import Image
    from threenodes.cluster import Cluster
    from threenodes.places import Places

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_NAME = "io.containerd.image.name"
_VALKEY = "/opt/valkey/start"
"""Where its programs are started, in the small layer."""
_ARCHIVE = "foreign-images.tar"


@dataclass(frozen=True, slots=True)
class Inside(Engine):
    """An engine of the nodes' images."""

    name: str = "redis"

    @property
    def flavour(self) -> str:
        """As the image calls it."""
        return self.name

    def programs(self) -> dict[str, Path]:
        """Name to path in the image; a Valkey answers to Redis' names too."""
        return {
            f"{name}-{suffix}": self.server.with_name(f"{self.name}-{suffix}")
            for name in {self.name, "redis"}
            for suffix in SUFFIXES
        }


REDIS = Inside(Path("/usr/bin/redis-server"))
VALKEY = Inside(Path(_VALKEY, "valkey-server"), "valkey")


def stand_in(reference: str, *, valkey: bool) -> Image:
    """What a rehearsal puts in the place of an image, with the paths of the nodes' images."""
    return image_for(reference, VALKEY if valkey and "valkey" in reference else REDIS)


def layer(image: Image, valkey: Path | None) -> bytes:
    """What an image has beyond the layer of all; ``valkey`` is the folder of that engine."""
    written = io.BytesIO()
    shell = shutil.which("busybox")
    with tarfile.open(fileobj=written, mode="w") as out:
        for target, program in {**image.programs, **image.shells}.items():
            if target in image.files:
                continue
            # The exporter of this machine may lie elsewhere than that of the nodes.
            inside = Path("/usr/bin/prometheus-redis-exporter") if "exporter" in target else program
            _link(out, target, str(inside))
        if shell and any(Path(shell) == each for each in (*image.programs.values(), *image.shells.values())):
            out.add(shell, shell.lstrip("/"))
        if (openssl := shutil.which("openssl")) and any("bitnami" in each for each in image.files):
            # Its Sentinels make their ids with it.
            out.add(openssl, "usr/bin/openssl")
        for target, text in image.files.items():
            _file(out, target, text)
        for each in image.folders:
            folder = tarfile.TarInfo(each.lstrip("/"))
            folder.type, folder.mode = tarfile.DIRTYPE, 0o777
            out.addfile(folder)
        if valkey:
            with tempfile.TemporaryDirectory() as name:
                own.start_scripts(valkey, Path(name, "start"))
                for script in sorted(Path(name, "start").iterdir()):
                    _file(out, f"{_VALKEY}/{script.name}", script.read_text("utf-8"))
    return written.getvalue()


def _link(out: tarfile.TarFile, target: str, program: str) -> None:
    entry = tarfile.TarInfo(target.lstrip("/"))
    entry.type, entry.linkname = tarfile.SYMTYPE, program
    if f"/{entry.name}" != program:
        out.addfile(entry)


def _file(out: tarfile.TarFile, target: str, text: str) -> None:
    entry = tarfile.TarInfo(target.lstrip("/"))
    entry.size, entry.mode = len(text.encode()), 0o755
    out.addfile(entry, io.BytesIO(text.encode()))


def _base(places: Places) -> dict[str, Any]:
    """The layer that every node has, as a manifest refers to it."""
    with tarfile.open(own.archive_of(places)) as archive:
        first = json.load(_opened(archive, "manifest.json"))[0]
        (digest,) = json.load(_opened(archive, first["Config"]))["rootfs"]["diff_ids"]
        size = archive.getmember(first["Layers"][0]).size
    return {"mediaType": _LAYER, "digest": digest, "size": size}


def _opened(archive: tarfile.TarFile, name: str) -> Any:
    found = archive.extractfile(name)
    assert found
    return found


def archive(places: Places, references: Iterable[str]) -> bytes:
    """An OCI archive of these images, without the layer that is there."""
    base, manifests, blobs = _base(places), [], {}

    def kept(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    for reference in sorted(set(references)):
        image = stand_in(reference, valkey=places.valkey is not None)
        small = kept(layer(image, places.valkey), _LAYER)
        variables = {"PATH": PATH} | dict(image.variables)
        config = {
            "Entrypoint": list(image.entrypoint) or None,
            "Cmd": list(image.arguments) or None,
            "WorkingDir": image.folder,
            "User": f"{image.uid}:{image.gid}",
            "Env": [f"{name}={value}" for name, value in variables.items()],
        }
        root = {"type": "layers", "diff_ids": [base["digest"], small["digest"]]}
        text = {"architecture": "amd64", "os": "linux", "config": config, "rootfs": root}
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": kept(json.dumps(text).encode(), _CONFIG),
            "layers": [base, small],
        }
        made = kept(json.dumps(manifest).encode(), _MANIFEST)
        manifests.append({**made, "annotations": {_NAME: full_name(reference)}})
    files = {
        "oci-layout": json.dumps({"imageLayoutVersion": "1.0.0"}).encode(),
        **blobs,
        "index.json": json.dumps({"schemaVersion": 2, "manifests": manifests}).encode(),
    }
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as out:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def load(cluster: Cluster, references: Iterable[str]) -> None:
    """Give these images to every node."""
    content = archive(cluster.places, references)
    for node in cluster.nodes:
        file = node.machine.folder / "lib" / _ARCHIVE
        file.write_bytes(content)
        node.machine.run("ctr", "--namespace", "k8s.io", "images", "import", f"/var/lib/{_ARCHIVE}")
        file.unlink()


def of_pods(pods: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Every image that these pod specs name."""
    for pod in pods:
        for container in (*(pod.get("initContainers") or ()), *pod["containers"]):
            yield str(container["image"])
