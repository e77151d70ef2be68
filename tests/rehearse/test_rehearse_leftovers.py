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


Process = tuple[int, str]
"""Number and start time: a number alone may be given to another process."""


def _processes() -> dict[Process, tuple[int, frozenset[str]]]:
    """Every process of this machine: its parent, and the namespaces that it lives in."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            namespaces = frozenset(str(entry.readlink()) for entry in (folder / "ns").iterdir())
        except OSError:
            continue
        found[int(folder.name), fields[19]] = (int(fields[1]), namespaces)
    return found


def _descendants(ancestor: int) -> tuple[set[Process], set[str]]:
    """All descendants of a process, and those of their namespaces that are not the ancestor's."""
    processes = _processes()
    numbers = {ancestor}
    while new := {pid for (pid, _), (parent, _) in processes.items() if parent in numbers} - numbers:
        numbers |= new
    family = {process for process in processes if process[0] in numbers}
    outside = next(processes[process][1] for process in family if process[0] == ancestor)
    return family, {name for process in family for name in processes[process][1]} - outside


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
    family, namespaces = _descendants(process.pid)
    assert len(namespaces) > 10, "the rehearsal runs in namespaces of its own"
    process.send_signal(end)
    process.wait()
    until = time.monotonic() + 5
    while family & _processes().keys() and time.monotonic() < until:
        time.sleep(0.05)
    # A namespace lives as long as a process or a mount holds it.
    assert not family & _processes().keys()
    assert Path("/proc/self/mountinfo").read_text(encoding="utf-8") == mounts
    assert _files() == files
