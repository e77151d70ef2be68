"""What the evidence needs from outside: a Redis on PATH."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .servers import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def processes(tmp_path: Path, require_tool: Callable[[str, str], str]) -> Iterator[Machine]:
    """Processes that end with the test."""
    for program in ("redis-server", "redis-sentinel", "redis-cli"):
        require_tool(program, "Debian: redis-server, redis-sentinel, redis-tools")
    here = Machine(tmp_path)
    yield here
    here.end()
