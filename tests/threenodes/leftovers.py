"""Leftovers: what of a cluster is still to be seen on the real machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSCTLS = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "net/ipv4/ip_forward",
)
"""What kubelet and kube-proxy would change."""


def leftovers(folder: Path) -> Iterator[str]:
    """Processes, mounts, cgroups and files of the cluster in ``folder``."""
    mark = os.fsencode(folder)
    for process in Path("/proc").glob("[0-9]*"):
        # Ourselves, who were told of the folder, apart.
        if int(process.name) != os.getpid() and mark in _read(process / "cmdline"):
            yield f"process {process.name}: {_read(process / 'cmdline').replace(bytes(1), b' ').decode()}"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        if str(folder) in line:
            yield f"mount {line}"
    for cgroup in Path("/sys/fs/cgroup").glob(f"*/{folder.name}-*"):
        yield f"cgroup {cgroup}"
    if folder.exists():
        yield f"folder {folder}"


def machine() -> dict[str, object]:
    """What is the same before and after: settings of the kernel, network interfaces."""
    values = {name: _read(Path("/proc/sys", name)) for name in SYSCTLS}
    return {**values, "interfaces": sorted(path.name for path in Path("/sys/class/net").iterdir())}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
