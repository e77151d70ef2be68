"""What the rehearsal's tests need from outside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from observe import observe

from redismanifests.rehearse.namespace import TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


@pytest.fixture(scope="session")
def machine(require: Callable[[bool, str], None], require_tool: Callable[[str, str], str]) -> None:
    """A Linux machine with the tools of the engine and a Redis."""
    require(sys.platform == "linux", "a rehearsal needs Linux namespaces")
    for tool in TOOLS:
        require_tool(tool, "Debian: util-linux, iproute2, nftables")
    for program in ("redis-server", "redis-cli"):
        require_tool(program, "Debian: redis-server, redis-tools")
    require(
        Path("/usr/bin/python3").exists(),
        "/usr/bin/python3, which observations run in containers, is missing",
    )


@pytest.fixture(scope="session")
def seen(machine: None) -> Callable[[str], Any]:
    """What an observation of the toy deployment saw; each is played once."""
    known: dict[str, Any] = {}

    def once(name: str) -> Any:
        if name not in known:
            known[name] = observe(name)
        return known[name]

    return once
