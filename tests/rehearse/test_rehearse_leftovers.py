"""Leftovers: however a rehearsal ends, nothing of it stays."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import observations
import pytest
from observe import SOURCES

from redismanifests.errors import ToolError
from redismanifests.prove.rehearse.run import run

pytestmark = pytest.mark.lab

_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import lab, observations
from redismanifests.prove.rehearse import run
run(OBJECTS, "apply", watch=lambda event: print(event.kind, event.subject, flush=True))
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


class _World:
    """What could be left on this machine, as it was before."""

    def __init__(self) -> None:
        self._mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
        self._files = _files()

    def is_as_before(self, family: set[Process]) -> None:
        """None of the family is left within some seconds, and no mount or file."""
        until = time.monotonic() + 5
        while family & _processes().keys() and time.monotonic() < until:
            time.sleep(0.05)
        # A namespace lives as long as a process or a mount holds it.
        assert not family & _processes().keys()
        assert Path("/proc/self/mountinfo").read_text(encoding="utf-8") == self._mounts
        assert _files() == self._files


def _rehearsing(folder: Path, objects: str) -> subprocess.Popen[str]:
    """A process that rehearses the apply of ``objects`` (an expression), and prints a line an event."""
    program = folder / "program.py"
    program.write_text(_PROGRAM.replace("OBJECTS", objects), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(program), str(Path(__file__).parent)],
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_namespace_mount_or_file_is_left(end: signal.Signals, tmp_path: Path) -> None:
    world = _World()
    process = _rehearsing(tmp_path, "observations.OBJECTS")
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Ready"):
            break
    family, namespaces = _descendants(process.pid)
    assert len(namespaces) > 10, "the rehearsal runs in namespaces of its own"
    process.send_signal(end)
    process.wait()
    world.is_as_before(family)


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.usefixtures("machine")
def test_nothing_is_left_of_thirty_in_a_row_of_which_most_end_at_any_moment(tmp_path: Path) -> None:
    world = _World()
    chance = random.Random(6)
    for number in range(30):
        process = _rehearsing(tmp_path, "lab.objects()")
        assert process.stdout is not None
        family: set[Process] = set()
        # Every tenth is left to its end; the others end after some event of the sixty or so of an apply.
        last = None if number % 10 == 9 else chance.randrange(1, 45)
        for count, _ in enumerate(process.stdout, 1):
            if count % 10 == 0 or count == last:
                family |= _descendants(process.pid)[0]
            if count == last:
                process.send_signal(chance.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM]))
                break
        code = process.wait()
        assert last or code == 0, "what was left to its end ends well"
        world.is_as_before(family)


@pytest.mark.usefixtures("machine")
def test_a_rehearsal_that_hangs_is_ended_and_says_so() -> None:
    world, before = _World(), _descendants(os.getpid())[0]
    with pytest.raises(ToolError, match="it did not end within 2 s, and was killed"):
        run(observations.OBJECTS, "apply", limit_s=2)
    world.is_as_before(_descendants(os.getpid())[0] - before)
