"""A kubectl that is cancelled has ended before its caller goes on, however often it is cancelled."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from redismanifests.prove.live.kubectl import Kubectl


async def _pid(file: Path) -> int:
    async with asyncio.timeout(60):
        while not file.exists() or not file.read_text().endswith("\n"):
            await asyncio.sleep(0.02)
    return int(file.read_text())


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_cancelled_kubectl_has_ended_before_its_caller_goes_on(tmp_path: Path, times: int) -> None:
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\nexec sleep 60\n")
    program.chmod(0o755)

    async def cancelled() -> bool:
        running = asyncio.create_task(Kubectl(str(program), "shop", "", "").run("get", "pods"))
        pid = await _pid(tmp_path / "pid")
        for _ in range(times):
            running.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        with suppress(asyncio.CancelledError):
            await running
        assert running.cancelled()
        return Path(f"/proc/{pid}").exists()

    assert not asyncio.run(cancelled())
