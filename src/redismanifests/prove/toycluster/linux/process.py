"""Process: runs one external tool to its end, and raises a clear error if it fails.

Modules that call ip, nft, unshare and nsenter share waiting, decoding and error handling.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import TIMED_OUT, ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REAP_LIMIT_S = 5.0
"""Longest wait for a killed process, in seconds."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A completed command; a negative code is the signal that killed it."""

    code: int
    output: str


async def completed(
    argv: Sequence[str],
    *,
    text: str = "",
    environment: Mapping[str, str] | None = None,
    limit_s: float | None = None,
) -> Completed:
    """Run a command with ``text`` on its standard input; its whole process group dies at ``limit_s``."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE if text else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )
    try:
        # Not wait_for: in Python 3.11 it loses a cancellation that arrives as the process ends; a probe stayed alive.
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate(text.encode() or None)
    except TimeoutError:
        return Completed(TIMED_OUT, f"no end within {limit_s:g} s")
    finally:
        # A probe or a hook may have left children: they are in its process group, which is killed.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # In Python 3.11 wait() waits for the pipe as well, and a full pipe without a reader never closes.
        with suppress(TimeoutError):
            async with asyncio.timeout(REAP_LIMIT_S):
                await process.wait()
    return Completed(process.returncode or 0, output.decode(errors="replace"))


async def succeed(argv: Sequence[str], *, text: str = "") -> str:
    """Run a command; raises ToolError with its output if it fails."""
    done = await completed(argv, text=text)
    if done.code:
        raise ToolError(f"{argv[0]} failed ({done.code}): {' '.join(argv)}\n{done.output}{text}")
    return done.output
