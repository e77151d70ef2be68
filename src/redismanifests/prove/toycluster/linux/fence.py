"""Fence: makes the machine's file systems read-only except for the scratch folder.

Names and paths are checked as well, but one forgotten check must not be enough to write to the machine. The kernel
enforces this in the mount namespace of the rehearsal only. Out of scope: mounts of containers.
"""

from __future__ import annotations

import ctypes
import os
import re
from contextlib import suppress
from pathlib import Path

from redismanifests.errors import ToolError

_ESCAPED = re.compile(rb"\\([0-7]{3})")
"""Escapes in mountinfo: ``\\040`` for a space."""
_READ_ONLY, _REMOUNT, _BIND = 1, 32, 4096
_KEPT = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048, "relatime": 1 << 21}
"""Flags of a mount that a remount must repeat (mount(2)); a user namespace may not remove them."""


def fence(scratch: Path) -> None:
    """Make every mount read-only that is not below ``scratch``; call it only in a separate mount namespace.

    /proc stays writable: it has the settings of the rehearsal's own network, and containers have their own /proc.
    Raises ToolError if the kernel refuses.
    """
    library = ctypes.CDLL(None, use_errno=True)
    open_still = []
    for line in (
        Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    ):
        fields = line.split(" ")
        point = _ESCAPED.sub(lambda match: bytes([int(match[1], 8)]), os.fsencode(fields[4]))
        if fields[fields.index("-") + 1] == "proc" or Path(os.fsdecode(point)).is_relative_to(scratch):
            continue
        kept = sum(_KEPT.get(option, 0) for option in fields[5].split(","))
        library.mount(None, point, None, ctypes.c_ulong(_REMOUNT | _BIND | _READ_ONLY | kept), None)
        # A mount below another mount cannot be reached by its path, by other processes neither.
        with suppress(OSError):
            if not os.statvfs(point).f_flag & os.ST_RDONLY:
                open_still.append(os.fsdecode(point))
    if open_still:
        raise ToolError(
            f"this kernel refuses to make these read-only for a rehearsal: {', '.join(open_still)}",
            "run it on a separate machine, or as a user who may create user namespaces",
        )
