"""Shared by every room's tests: one rule for outside tools, and the machine that rehearsals need."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from outside import missing
from redismanifests.profile.derived.lifetime import DATE

if TYPE_CHECKING:
    from collections.abc import Callable

# A shell has what it starts in the background ignore SIGINT, and every program under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What is printed does not change with the day: tables that grow old are told by a test that sets another one.
os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(datetime.fromisoformat(f"{DATE}T12:00:00Z").timestamp())))

# A busy machine is no fault of the code: no property has a deadline. CI asks the same examples every time; people find
# new ones.
settings.register_profile(
    "ours",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("ours")


@pytest.fixture(scope="session")
def require_tool() -> Callable[[str, str], str]:
    """Ask for a program: ``require_tool("kubeconform", "tools/build_kubeconform.sh")`` gives its path."""

    def require(name: str, hint: str) -> str:
        found = which(name)
        if found is None:
            missing(f"{name} is not on PATH ({hint})")
        return str(found)

    return require


@pytest.fixture(scope="session")
def require() -> Callable[[bool, str], None]:
    """Ask for anything else from outside: ``require(answered, "the package index cannot be reached")``."""

    def judge(there: bool, reason: str) -> None:
        if not there:
            missing(reason)

    return judge


@pytest.fixture(scope="session")
def machine(require: Callable[[bool, str], None], require_tool: Callable[[str, str], str]) -> None:
    """A Linux machine with what a rehearsal needs: the tools of the engine, and a Redis."""
    from redismanifests.prove.toycluster.linux.namespace import TOOLS

    require(sys.platform == "linux", "a rehearsal needs Linux namespaces")
    for tool in TOOLS:
        require_tool(tool, "Debian: util-linux, iproute2, nftables")
    for program in ("redis-server", "redis-cli"):
        require_tool(program, "Debian: redis-server, redis-tools")
    require(
        Path("/usr/bin/python3").exists(),
        "/usr/bin/python3, which observations run in containers, is missing",
    )
