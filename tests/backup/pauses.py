"""Pauses: what an application that writes feels of a backup, measured with real servers.

    PYTHONPATH=tests python -m backup.pauses [MEGABYTES [ROUNDS]]

One client sets keys on the master, one after the other, and each answer is timed. Quiet times and dumps take turns, so
that other work on the machine falls on both alike. Prints a line of a Markdown table for each of the two.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import redis

from .conftest import PLAIN
from .world import Job, Servers, profile_of

VALUE_BYTES = 1000
BATCH = 1000
QUIET_S = 5.0


class Writer(threading.Thread):
    """An application; ``answers`` has the moment and the seconds of each write."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(daemon=True)
        self.client = redis.Redis(host=host, port=port)
        self.answers: list[tuple[float, float]] = []
        self.stopped = False

    def run(self) -> None:
        number = 0
        while not self.stopped:
            began = time.monotonic()
            self.client.set(f"written:{number}", "v" * 100)
            self.answers.append((began, time.monotonic() - began))
            number += 1


def row(what: str, took: list[float]) -> str:
    took = sorted(took)
    figures = [took[len(took) // 2], took[len(took) * 99 // 100], took[len(took) * 999 // 1000], took[-1]]
    return f"| {what} | {len(took)} | " + " | ".join(f"{each * 1000:.2f}" for each in figures) + " |"


def main(megabytes: int = 100, rounds: int = 5) -> None:
    with tempfile.TemporaryDirectory() as folder:
        profile = profile_of(PLAIN)
        with Servers(Path(folder) / "servers", profile) as servers:
            filling = redis.Redis(host=servers.redis[0], port=servers.port)
            for first in range(0, megabytes * 1000, BATCH):
                filling.mset(
                    {f"key:{first + each}": b"%016d" % each * (VALUE_BYTES // 16) for each in range(BATCH)}
                )
            job = Job(Path(folder) / "job", profile, servers.settings, ("dash",))
            writer = Writer(servers.redis[0], servers.port)
            writer.start()
            time.sleep(2)
            quiet: list[float] = []
            dumped: list[float] = []
            seconds: list[float] = []
            for _ in range(rounds):
                began = time.monotonic()
                time.sleep(QUIET_S)
                middle = time.monotonic()
                done = job.run("dump.sh")
                ended = time.monotonic()
                assert done.returncode == 0, done.stderr
                quiet += [took for at, took in writer.answers if began <= at < middle]
                dumped += [took for at, took in writer.answers if middle <= at < ended]
                seconds.append(ended - middle)
            writer.stopped = True
            writer.join()
            forks = [int(servers.info(each)["latest_fork_usec"]) / 1000 for each in servers.redis[1:]]
            size = (job.scratch / "dump.rdb").stat().st_size
    print(
        f"{megabytes} MB, {rounds} dumps of {size / 1e6:.0f} MB in {', '.join(f'{each:.1f}' for each in seconds)} s;"
    )
    print(f"longest fork of a replica {max(forks):.1f} ms")
    print("| | writes | median, ms | p99, ms | p99.9, ms | longest, ms |\n|---|---|---|---|---|---|")
    print(row("quiet", quiet))
    print(row("during a dump", dumped))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
