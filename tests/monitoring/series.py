"""Series: what an exporter really exports of a master, a replica and a Sentinel."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.request
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from redis import Redis
from redis.exceptions import ConnectionError as NoAnswer
from redis.exceptions import ResponseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT_S = 20.0
_NAME = re.compile(r"^(redis_[a-zA-Z0-9_]+)[{ ]", re.MULTILINE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {LIMIT_S:g} s"
        time.sleep(0.1)


def exported_by(exporter: Path, folder: Path, *, server: str = "redis-server") -> frozenset[str]:
    """Names of all series of this exporter, of servers that have seen replication, an error and a failed write."""
    master, replica, sentinel = free_port(), free_port(), free_port()
    configuration = folder / "sentinel.conf"
    configuration.write_text(
        f"port {sentinel}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 {master} 1\n", "utf-8"
    )
    common = ["--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--maxmemory", "100mb"]
    with ExitStack() as ends:

        def begin(*command: str) -> None:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            ends.callback(process.wait)
            ends.callback(process.kill)

        begin(server, "--port", str(master), "--appendonly", "yes", *common)
        begin(server, "--port", str(replica), "--replicaof", f"127.0.0.1 {master}", *common)
        begin(server, str(configuration), "--sentinel")
        asked = Redis(port=master, decode_responses=True)

        def replicated() -> bool:
            with suppress(NoAnswer):
                return asked.info("replication").get("slave0", {}).get("state") == "online"
            return False

        until(replicated, "the replica is online")
        asked.config_set("min-replicas-to-write", 2)
        with suppress(ResponseError):
            asked.set("refused", 1)
        found: set[str] = set()
        for port in (master, replica, sentinel):
            listen = free_port()
            begin(
                str(exporter),
                f"--redis.addr=redis://127.0.0.1:{port}",
                f"--web.listen-address=127.0.0.1:{listen}",
            )

            def scraped(listen: int = listen) -> bool:
                with (
                    suppress(OSError),
                    urllib.request.urlopen(f"http://127.0.0.1:{listen}/metrics") as answer,
                ):
                    text = answer.read().decode()
                    found.update(_NAME.findall(text))
                    return "redis_up 1" in text
                return False

            until(scraped, f"{exporter} sees its server")
        asked.close()
    return frozenset(found)
