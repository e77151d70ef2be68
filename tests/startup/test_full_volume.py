"""A volume without a byte left, or read-only: what a start and a running Sentinel still write, and what they say."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from .conftest import REDIS, SENTINELS, make_pod, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .conftest import Pod

MEMBERS = (*REDIS, *SENTINELS)
SIZE = "512k"
RESERVE = 65536
STARTS = {
    "redis-0": ("redis-start.sh", "redis.conf", "# of before"),
    "redis-sentinel-0": ("sentinel-start.sh", "sentinel.conf", "sentinel monitor mymaster 127.0.8.2 6379 2"),
}
ALONE = {"REDIS_PODS": "redis-0", "REDIS_HOSTS": "redis-0.shop.svc.cluster.local"}
"""A Redis that nobody else has to be asked for."""
each_start = pytest.mark.parametrize("name", STARTS)


@pytest.fixture
def volumes(tmp_path: Path) -> Iterator[list[Path]]:
    """Volumes of that size that end with the test."""
    require("redis-cli", "mount")
    if os.geteuid() != 0:
        pytest.skip("a volume of a size needs root")
    mounted: list[Path] = []
    yield mounted
    for volume in mounted:
        subprocess.run(["umount", "--lazy", volume], check=True)


def _pod(folder: Path, name: str, volumes: list[Path]) -> Pod:
    """A pod that may start at once, with a volume that can be full; its server is `echo`."""
    addresses = {pod: f"127.0.8.{n + 1}" for n, pod in enumerate(MEMBERS)}
    settings = {"SERVER": "echo", **(ALONE if name in REDIS else {})}
    pod = make_pod(folder, name, addresses, settings=settings, template="port 1\n")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "volume", pod.data], check=True)
    volumes.append(pod.data)
    _, file, line = STARTS[name]
    (pod.data / file).write_text(line + "\n")
    return pod


def _fill(volume: Path) -> None:
    with suppress(OSError), (volume / "filler").open("ab", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def _start(pod: Pod, shell: Sequence[str]) -> subprocess.Popen[str]:
    script = str(pod.config / STARTS[pod.name][0])
    return subprocess.Popen(
        [*shell, script], env=pod.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@each_start
def test_a_start_writes_its_files_on_a_full_volume_as_often_as_it_must(
    tmp_path: Path, shell: tuple[str, ...], volumes: list[Path], name: str
) -> None:
    pod = _pod(tmp_path, name, volumes)
    script, file, _ = STARTS[name]
    assert pod.run(script, shell).stdout.startswith(f"{pod.data}/{file}")
    assert (pod.data / "reserve").stat().st_size == RESERVE
    # The first time it needs a block more than it gives back.
    (pod.data / "members").unlink()
    _fill(pod.data)
    for _ in range(3):
        # What a Sentinel was given stays free for it; a Redis takes everything.
        if name in REDIS:
            _fill(pod.data)
        assert pod.run(script, shell).stdout.startswith(f"{pod.data}/{file}")
        assert "127.0.8.1" in (pod.data / file).read_text()
        assert "redis-0 127.0.8.1" in (pod.data / "members").read_text()
        if name in REDIS:
            assert (pod.data / "reserve").stat().st_size > 0


@each_start
def test_a_start_that_cannot_write_waits_for_room_and_says_how_to_make_some(
    tmp_path: Path, shell: tuple[str, ...], volumes: list[Path], name: str
) -> None:
    pod = _pod(tmp_path, name, volumes)
    _fill(pod.data)
    before = (pod.data / STARTS[name][1]).read_text()
    starting = _start(pod, shell)
    time.sleep(5)
    assert starting.poll() is None
    assert (pod.data / STARTS[name][1]).read_text() == before
    (pod.data / "filler").unlink()
    said, _ = starting.communicate(timeout=30)
    assert said.count("help: cannot write") == 1
    assert "make room on the volume" in said
    assert f"{pod.data}/{STARTS[name][1]}" in said.splitlines()[-1]


@each_start
def test_a_start_on_a_read_only_volume_says_so_and_ends_when_it_is_told_to(
    tmp_path: Path, shell: tuple[str, ...], volumes: list[Path], name: str
) -> None:
    pod = _pod(tmp_path, name, volumes)
    subprocess.run(["mount", "-o", "remount,ro", pod.data], check=True)
    starting = _start(pod, shell)
    time.sleep(5)
    starting.terminate()
    said, _ = starting.communicate(timeout=10)
    assert starting.returncode == 143
    assert said.count("help: cannot write") == 1
    assert "Read-only file system" in said


def test_the_probe_gives_a_running_sentinel_room_for_its_votes(
    tmp_path: Path, shell: tuple[str, ...], volumes: list[Path]
) -> None:
    pod = _pod(tmp_path, "redis-sentinel-0", volumes)
    assert pod.run("sentinel-start.sh", shell).returncode == 0
    _fill(pod.data)
    with pytest.raises(OSError, match="No space"):
        (pod.data / "vote").write_bytes(bytes(8192))
    look = '. "$CONFIG_DIR/sentinel-links.sh"; ticks() { echo 1 1 1; }; cure_spin master'
    assert pod.call(look, shell).stderr == ""
    assert (pod.data / "ticks").read_text().startswith("1 1 ")
    (pod.data / "vote").write_bytes(bytes(8192))
