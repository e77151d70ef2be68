"""Process: run one outside tool to its end, and say clearly what went wrong.

Why: ip, nft, unshare and nsenter are called from modules of their own; waiting, decoding and failing are the same for
all. What must not come in: knowledge of any of these tools.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REAP_LIMIT_S = 5.0
"""A killed process is gone at once; nothing waits longer than this to be told so."""

TIMED_OUT = 124
"""The exit code reported for a command that was stopped at its time limit, like timeout(1)."""


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended; a negative code is the signal that ended it."""

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
        # Not wait_for: in Python 3.11 one that ends in the very moment swallows a cancellation, and a probe lived on.
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate(text.encode() or None)
    except TimeoutError:
        return Completed(TIMED_OUT, f"no end within {limit_s:g} s")
    finally:
        # A probe or a hook may have left children: they are of its group, and the group ends with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # In Python 3.11 wait() waits for the pipe as well, and a full pipe that nobody reads any more never closes.
        with suppress(TimeoutError):
            async with asyncio.timeout(REAP_LIMIT_S):
                await process.wait()
    return Completed(process.returncode or 0, output.decode(errors="replace"))


async def succeed(argv: Sequence[str], *, text: str = "") -> str:
    """Run a command that must not fail; what it printed is in the error when it does."""
    done = await completed(argv, text=text)
    if done.code:
        raise ToolError(f"{argv[0]} failed ({done.code}): {' '.join(argv)}\n{done.output}{text}")
    return done.output
