"""Programs that these tests ask for: what is missing makes a test skip aloud, and fail in CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.rehearse.bench.substitution import exporter_program

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def promtool(require_tool: Callable[[str, str], str]) -> str:
    return require_tool("promtool", "Debian: prometheus")


@pytest.fixture(scope="session")
def prometheus(require_tool: Callable[[str, str], str]) -> str:
    return require_tool("prometheus", "Debian: prometheus")


@pytest.fixture(scope="session")
def exporter(require_tool: Callable[[str, str], str]) -> str:
    return exporter_program() or require_tool(
        "prometheus-redis-exporter", "Debian: prometheus-redis-exporter"
    )


@pytest.fixture(scope="session")
def redis_server(require_tool: Callable[[str, str], str]) -> str:
    return require_tool("redis-server", "Debian: redis-server")
