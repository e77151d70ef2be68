"""States: small renderings, and the questions that the tests ask a folder."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redismanifests.errors import FolderError
from redismanifests.render import output as folder
from redismanifests.render.output.tree import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

A = {"redis.yaml": b"kind: A\n", "gone.yaml": b"kind: Old\n", "same.yaml": b"kind: Same\n"}
B = {"redis.yaml": b"kind: B\n", "fresh.yaml": b"kind: New\n", "same.yaml": b"kind: Same\n"}
FOREIGN = {"notes.txt": b"mine\n", "overlays/prod/patch.yaml": b"patch\n"}

ROOM = str(Path(folder.__file__).parent)


def put(directory: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def contents(directory: Path) -> dict[str, bytes]:
    """Every file below, without the list."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != folder.SUMS
    }


def facts(directory: Path) -> dict[str, tuple[Any, ...]]:
    """What an untouched folder keeps."""
    return {
        str(path.relative_to(directory)): (
            (status := path.lstat()).st_mode,
            status.st_ino,
            status.st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(directory.rglob("*"))
    }


def sha256sum_agrees(directory: Path) -> bool:
    """The verdict of the real tool; asked once for the same content: hundreds of kills meet few states."""
    listed = directory / folder.SUMS
    state = (("", listed.read_bytes()), *contents(directory).items()) if listed.exists() else ()
    if state not in _VERDICTS:
        command = ["sha256sum", "--check", "--strict", "--quiet", folder.SUMS]
        run = subprocess.run(command, cwd=directory, check=False, capture_output=True)
        _VERDICTS[state] = run.returncode == 0
    return _VERDICTS[state]


_VERDICTS: dict[tuple[tuple[str, bytes], ...], bool] = {}


def siblings(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.parent.iterdir() if path.name != directory.name)


def fork(work: Callable[[], object]) -> int:
    """Start work in a child; the caller waits for it."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(1)


def in_child(work: Callable[[], Any]) -> Any:
    """What work returns, or the FolderError that it raises, in a process of its own."""
    with tempfile.TemporaryFile() as answer:

        def answered() -> None:
            try:
                result = work()
            except FolderError as error:
                result = error.fact, error.fix
            except BaseException as error:
                result = repr(error)
            answer.write(pickle.dumps(result))
            answer.flush()

        os.waitpid(fork(answered), 0)
        answer.seek(0)
        return pickle.load(answer)


def as_nobody(work: Callable[[], Any]) -> Any:
    """Work without root's powers."""

    def dropped() -> Any:
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        return work()

    return in_child(dropped)


@contextmanager
def open_directory() -> Iterator[Path]:
    """A directory that every user may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def lines_that_change(room: Path, work: Callable[[], object]) -> list[int]:
    """Do the work; the lines before which room, names included, is not as it was before the last line.

    What a kill leaves is what room holds at that moment, so these lines stand for all others.
    """
    changed: list[int] = []
    last: list[object] = [None]

    def look(number: int) -> None:
        now = {path: entry[:3] for path, entry in snapshot(room).items()}
        if now != last[0]:
            changed.append(number)
            last[0] = now

    with at_each_line(look):
        work()
    return changed


@contextmanager
def at_line(number: int, action: Callable[[], None]) -> Iterator[None]:
    """Do something just before the n-th line that the folder package runs."""
    with at_each_line(lambda count: action() if count == number else None):
        yield


@contextmanager
def at_each_line(action: Callable[[int], None]) -> Iterator[None]:
    """Do something just before every line that the folder package runs, given its number."""
    count = 0

    def line(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if event == "line":
            count += 1
            sys.settrace(None)
            action(count)
            sys.settrace(call)
        return line

    def call(frame: FrameType, event: str, _: object) -> Any:
        return line if frame.f_code.co_filename.startswith(ROOM) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(before)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
