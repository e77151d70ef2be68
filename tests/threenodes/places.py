"""Places: where the programs and root file systems are that tools/build_nodes.py made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_TOOL = Path(__file__).resolve().parent.parent.parent / "tools" / "build_nodes.py"


class NotBuilt(Exception):
    """Something lacks; the text is one line that says what to run."""


@dataclass(frozen=True)
class Places:
    """Folders outside of the checkout."""

    kubernetes: Path
    coredns: Path
    kube_router: Path
    node: Path
    pods: Path

    @property
    def images(self) -> Path:
        """The folder with the archive of all images, made of ``pods``, ``coredns`` and ``valkey``."""
        return self.pods.with_name(f"{self.pods.name}-images")

    @property
    def valkey(self) -> Path | None:
        """What tools/fetch_engines.py made; a cluster without it has no image of Valkey."""
        return max(self.pods.parent.glob("engines-valkey-*"), default=None)


def built() -> Places:
    """Everything that is built, or an exception."""
    asked = subprocess.run([sys.executable, _TOOL, "--built"], capture_output=True, text=True, check=False)
    if asked.returncode:
        raise NotBuilt(asked.stderr.strip())
    return Places(**{name.replace("-", "_"): Path(path) for name, path in json.loads(asked.stdout).items()})


def lacking() -> str:
    """In one line, what this machine lacks for a cluster; empty when it lacks nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "three nodes need Linux and root (namespaces, mounts, cgroups)"
    if not Path("/sys/fs/cgroup/cpu/cgroup.clone_children").exists():
        return "three nodes need the hierarchies of cgroup v1; elsewhere KUBECONFIG may name a cluster"
    try:
        built()
    except NotBuilt as reason:
        return str(reason)
    return ""
