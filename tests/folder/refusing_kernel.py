"""Refusing kernel: a seccomp filter, for what this machine's file systems all can and others cannot."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

import pytest

_X86_64 = 0xC000003E
RENAMEAT2, LINKAT, LINK, FLOCK = 316, 265, 86, 73

needs_seccomp = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="system call numbers of x86-64"
)


def refuse(error: int, *calls: int) -> None:
    """From now on, in this process, these system calls fail with error."""
    load, equal, answer = 0x20, 0x15, 0x06
    program = [(load, 0, 0, 4), (equal, 1, 0, _X86_64), (answer, 0, 0, 0x7FFF0000), (load, 0, 0, 0)]
    for call in calls:
        program += [(equal, 0, 1, call), (answer, 0, 0, 0x00050000 | error)]
    program.append((answer, 0, 0, 0x7FFF0000))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("HL", len(program), ctypes.addressof(code)))
    library = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, seccomp, with_filter = 38, 22, 2
    if library.prctl(no_new_privileges, 1, 0, 0, 0) or library.prctl(seccomp, with_filter, header):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
