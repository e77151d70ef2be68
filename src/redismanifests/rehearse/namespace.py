"""Namespaces: the command lines of util-linux (unshare, nsenter, setpriv) that make and enter them.

Why: what belongs to the rehearsal, to a pod and to a container is decided here once. The rehearsal owns a user (where
the caller is not root), network, mount and pid namespace; a pod network, host name and IPC; a container mounts and
processes. What must not come in: waiting for processes, mounts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TOOLS = ("unshare", "nsenter", "setpriv", "mount", "umount", "pivot_root", "ip", "nft", "sh")
"""Programs that the engine calls; Debian has them in util-linux, iproute2 and nftables."""


def rehearsal_command(argv: Sequence[str], *, root: bool) -> list[str]:
    """Start ``argv`` in namespaces of its own that all end when the caller ends, however it ends.

    The caller's death kills unshare (parent-death signal), unshare's kills the first process of the pid namespace,
    and with that the kernel kills everything in it. sh is that first process: it reaps orphans, Python would not.
    """
    user = [] if root else ["--user", "--map-root-user"]
    return [
        *("setpriv", "--pdeathsig", "KILL", "--"),
        *("unshare", *user, "--net", "--mount", "--pid", "--uts", "--ipc", "--fork"),
        *("--kill-child=KILL", "--mount-proc", "--propagation", "private", "--"),
        *("sh", "-c", '"$@"; exit $?', "rehearsal", *argv),
    ]


def sandbox_command(hostname: str) -> list[str]:
    """The process that holds a pod's namespaces, as the pause container does."""
    script = 'echo "$1" > /proc/sys/kernel/hostname; exec sleep 2147483647'
    return ["unshare", "--net", "--uts", "--ipc", "--", "sh", "-c", script, "pause", hostname]


def in_sandbox(sandbox: int, argv: Sequence[str]) -> list[str]:
    """Run in the pod's network, host name and IPC namespaces, but outside its containers."""
    return ["nsenter", "--target", str(sandbox), "--net", "--uts", "--ipc", "--", *argv]


def container_command(sandbox: int, script: str) -> list[str]:
    """Run a set-up script as process 1 of a new container of the pod; it ends with an exec.

    The sh in between is what a container runtime's shim is: its exit code is the container's, 128 + n after signal n.
    (unshare --fork of util-linux 2.38 answers 1 for every signal.)
    """
    shim = (
        "unshare",
        "--mount",
        "--pid",
        "--propagation",
        "private",
        "--",
        "sh",
        "-c",
        '"$@" & exec 2>/dev/null; wait $!',
        "shim",
    )
    return in_sandbox(sandbox, [*shim, "sh", "-euc", script, "container"])


def in_container(first_process: int, argv: Sequence[str]) -> list[str]:
    """Run inside a container, as ``kubectl exec`` and exec probes do."""
    return [
        *("nsenter", "--target", str(first_process), "--mount", "--pid", "--net", "--uts", "--ipc", "--"),
        *argv,
    ]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a container's processes are; ids that the user namespace does not map cannot be taken on."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    def carried(self) -> bool:
        """Whether this rehearsal can take on these ids (a rehearsal without root maps only its own)."""
        # Where only one's own id is mapped, the kernel denies setgroups(2) as well.
        if Path("/proc/self/setgroups").read_text(encoding="ascii").strip() != "allow":
            return False
        return all(
            _mapped("uid_map", self.uid) and _mapped("gid_map", gid) for gid in (self.gid, *self.groups)
        )

    def command(self, argv: Sequence[str]) -> list[str]:
        """``argv`` under these ids, without capabilities, unable to gain any."""
        ids = ["--keep-groups"]
        if self.carried():
            groups = ",".join(map(str, self.groups))
            ids = [
                f"--reuid={self.uid}",
                f"--regid={self.gid}",
                f"--groups={groups}" if groups else "--clear-groups",
            ]
        return [
            *(
                "setpriv",
                *ids,
                "--inh-caps=-all",
                "--ambient-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs",
            ),
            *("--", *argv),
        ]


def _mapped(table: str, number: int) -> bool:
    for line in Path("/proc/self", table).read_text(encoding="ascii").splitlines():
        first, _, count = map(int, line.split())
        if first <= number < first + count:
            return True
    return False


def own(path: Path, owner: int, group: int) -> None:
    """Give a file to ids, where the user namespace knows them."""
    if _mapped("uid_map", owner) and _mapped("gid_map", group):
        os.chown(path, owner, group)


def only_child(process: int) -> int | None:
    """The process that the shim forked: process 1 of a container, as the rehearsal numbers it."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(children[0]) if children else None


def cpu_ticks(process: int) -> int:
    """User and system time that a process has taken, in clock ticks."""
    # The name, in brackets, may hold spaces: the fields are counted after it.
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
