"""Namespaces: command lines of util-linux (unshare, nsenter, setpriv) that create and enter them.

The rehearsal has a user (if the caller is not root), network, mount and pid namespace. A pod has network, host name and
IPC. A container has mounts and processes.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Folder of the rehearsal's own tools in a container: no volume can be mounted there (refusal)."""
_CARRIED = "REHEARSED_"
TOOLS = ("unshare", "nsenter", "setpriv", "mount", "umount", "pivot_root", "ip", "nft", "sh")
"""Programs that the rehearsal calls; Debian has them in util-linux, iproute2 and nftables."""

_SERVERS = ("-server", "-sentinel")
"""Suffixes of the server programs of every engine."""


def rehearsal_command(argv: Sequence[str], *, root: bool) -> list[str]:
    """Start ``argv`` in new namespaces that end with the caller, even if it is killed.

    The caller's death kills unshare (parent-death signal), unshare's kills the first process of the pid namespace,
    and with that the kernel kills everything in it. sh is that first process: it reaps orphans, Python would not.
    """
    unshare = [
        *("--net", "--mount", "--pid", "--uts", "--ipc", "--fork"),
        *("--kill-child=KILL", "--mount-proc", "--propagation", "private", "--"),
        *("sh", "-c", '"$@"; exit $?', "rehearsal", *argv),
    ]
    die = ("setpriv", "--pdeathsig", "KILL", "--")
    if not root:
        return [*die, "unshare", "--user", "--map-root-user", *unshare]
    if not own_users():
        return [*die, "unshare", *unshare]
    # Twice: the kernel clears it when a process changes its ids.
    return [*die, "sh", "-c", _OWN_USERS, "users", *die, "unshare", *unshare]


_OWN_USERS = """
ids() { while read -r first outside count; do echo "$first $first $count"; done < "/proc/self/$1"; }
users=$(ids uid_map) groups=$(ids gid_map) own=$(readlink /proc/self/ns/user) me=$$
(
  tries=1000
  until [ "$(readlink "/proc/$me/ns/user")" != "$own" ] || [ "$((tries -= 1))" = 0 ]; do sleep 0.01; done
  echo "$groups" > "/proc/$me/gid_map"
  echo "$users" > "/proc/$me/uid_map"
) <&- >&- 2>&- &
exec unshare --user sh -c '
  tries=2000
  until [ "$(id -u)" = 0 ]; do
    [ "$((tries -= 1))" != 0 ] || { echo "no ids were mapped into the user namespace" >&2; exit 1; }
    sleep 0.01
  done
  exec "$@"
' users "$@"
"""
"""Creates a user namespace with the same ids, in which root has no rights over disks, modules and settings of the
machine. Only a process outside may write its id map, so one stays outside for a moment, at most a thousand looks; who
waits inside for longer gives up."""


@cache
def own_users() -> bool:
    """Whether root may have a user namespace here; in some containers it may not."""
    trial = [
        "sh",
        "-c",
        _OWN_USERS,
        "users",
        "unshare",
        "--net",
        "--mount",
        "--pid",
        "--fork",
        "--mount-proc",
        "true",
    ]
    try:
        done = subprocess.run(trial, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def sandbox_command(hostname: str) -> list[str]:
    """The process that keeps a pod's namespaces alive, like a pause container."""
    script = 'echo "$1" > /proc/sys/kernel/hostname; exec sleep 2147483647'
    return ["unshare", "--net", "--uts", "--ipc", "--", "sh", "-c", script, "pause", hostname]


def in_sandbox(sandbox: int, argv: Sequence[str]) -> list[str]:
    """Run in the pod's network, host name and IPC namespaces, but outside its containers."""
    return ["nsenter", "--target", str(sandbox), "--net", "--uts", "--ipc", "--", *argv]


def container_command(sandbox: int, script: str) -> list[str]:
    """Run a set-up script as process 1 of a new container of the pod; it ends with an exec.

    The sh in between has the role of a container runtime's shim: its exit code is the container's, 128 + n after
    signal n. (unshare --fork of util-linux 2.38 exits with 1 for every signal.)
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


def carried(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a container under neutral names, so that they do not affect the tools that start it.

    LD_PRELOAD and PATH of a manifest are for its own program only: nsenter and mount run outside of it, as root. They
    are not passed as arguments, which every user of the machine could read.
    """
    return {"PATH": _PATH} | {f"{_CARRIED}{n}": f"{k}={v}" for n, (k, v) in enumerate(variables.items())}


def _unpacked(argv: Sequence[str], count: int) -> list[str]:
    names = " ".join(f'"${_CARRIED}{number}"' for number in range(count))
    return ["sh", "-c", f'exec env -i {names} "$@"', "sh", *argv]


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and groups of a container's processes; ids without a mapping in the user namespace cannot be used."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    def carried(self) -> bool:
        """Whether this rehearsal can use these ids (without root it maps only the caller's)."""
        # If only the caller's id is mapped, the kernel denies setgroups(2) as well.
        if Path("/proc/self/setgroups").read_text(encoding="ascii").strip() != "allow":
            return False
        return all(
            _mapped("uid_map", self.uid) and _mapped("gid_map", gid) for gid in (self.gid, *self.groups)
        )

    def command(self, argv: Sequence[str], variables: Mapping[str, str]) -> list[str]:
        """``argv`` under these ids and variables (see :func:`carried`), without capabilities, unable to gain any."""
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
            "--",
            *_unpacked(argv, len(variables)),
        ]


def _mapped(table: str, number: int) -> bool:
    for line in Path("/proc/self", table).read_text(encoding="ascii").splitlines():
        first, _, count = map(int, line.split())
        if first <= number < first + count:
            return True
    return False


def own(path: Path, owner: int, group: int) -> None:
    """Set owner and group of a file, if the user namespace maps them."""
    if _mapped("uid_map", owner) and _mapped("gid_map", group):
        os.chown(path, owner, group)


def only_child(process: int) -> int | None:
    """The process that the shim forked: process 1 of a container, by its pid in the rehearsal."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(children[0]) if children else None


def tree(first: int) -> tuple[int, ...]:
    """A process and its descendants, itself first; processes that exit meanwhile are omitted."""
    found = [first]
    for process in found:
        with suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
            found += map(int, children.split())
    return tuple(found)


def server_below(first: int) -> int:
    """The server among a container's processes: its first process, or a child of that one."""
    for process in tree(first):
        with suppress(FileNotFoundError, ProcessLookupError):
            words = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
            # Another engine may be started by its own ld.so, which is then the program.
            if any(part.endswith(_SERVERS) for word in words for part in word.split(" ")[:1]):
                return process
    return first


def cpu_ticks(first: int) -> int:
    """User and system time of a process and its descendants, in clock ticks."""
    total = 0
    for process in tree(first):
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name, in brackets, may contain spaces: the fields are counted after it.
            fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            # Its own time, and that of exited children.
            total += sum(map(int, fields[11:15]))
    return total
