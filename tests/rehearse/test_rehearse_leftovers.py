"""Leftovers: however a rehearsal ends, nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from observe import SOURCES

pytestmark = pytest.mark.lab

_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import observations
from redismanifests.rehearse import run
run(observations.OBJECTS, "apply", watch=lambda event: print(event.kind, event.subject, flush=True))
"""


def _namespaces() -> set[str]:
    """Every namespace that a process of this machine lives in."""
    found = set()
    for process in Path("/proc").glob("[0-9]*/ns/*"):
        try:
            found.add(str(process.readlink()))
        except OSError:
            continue
    return found


def _files() -> list[str]:
    """What lies where a rehearsal could have put something; /tmp has other tenants."""
    return sorted(
        str(entry)
        for folder in ("/srv", "/run", "/mnt", "/media", "/opt")
        for entry in Path(folder).iterdir()
    )


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_namespace_mount_or_file_is_left(end: signal.Signals, tmp_path: Path) -> None:
    before = _namespaces()
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    files = _files()
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(program), str(Path(__file__).parent)],
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Ready"):
            break
    during = _namespaces() - before
    assert len(during) > 10, "the rehearsal runs in namespaces of its own"
    process.send_signal(end)
    process.wait()
    until = time.monotonic() + 5
    while _namespaces() & during and time.monotonic() < until:
        time.sleep(0.05)
    assert not _namespaces() & during
    assert Path("/proc/self/mountinfo").read_text(encoding="utf-8") == mounts
    assert _files() == files
