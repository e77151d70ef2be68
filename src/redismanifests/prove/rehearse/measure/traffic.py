"""Traffic: the application beside the pods, and what its journal says.

Why: the application runs in a pod of its own, with an address, the cluster's DNS and nothing of the node.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redismanifests.core.steady import steady_now
from redismanifests.errors import ToolError
from redismanifests.prove.result import outage
from redismanifests.prove.toycluster.linux import interpreter
from redismanifests.prove.toycluster.pods.rootfs import Mount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from redismanifests.prove.rehearse.bench.entry import Entry
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.event import Emit
    from redismanifests.prove.toycluster.pods.pod import Pod

CLIENT = "client"
_TOLD_S = 0.5
"""Seconds without an acknowledged write after which the application is reported as stopped."""
_ROW_GAP_S = 1.0
_START_LIMIT_S = 60.0
_FINISH_LIMIT_S = 90.0
"""The application gives up its look-up after 60 s; one that is still there then hangs."""
_JOURNAL, _ACCESS = "/journal/writes", "/access"


@dataclass(frozen=True, slots=True)
class Account:
    """What the application saw."""

    acknowledged: int
    lost: tuple[int, ...]
    lost_at: tuple[float, ...]
    """When each of these was acknowledged, in seconds since 1970."""
    kept_at: tuple[float, ...]
    """When each of the others was acknowledged."""
    outage_s: float
    """Longest time between two acknowledged writes."""
    paused_s: float
    """All gaps over a quarter of a second together."""
    stale_reads: int
    """Answers of a master that were older than a write acknowledged before the question. A master that hands over
    answers until it knows of its successor; for longer, there are two masters, or data was lost."""
    stale_s: float
    """Longest time that such answers came in a row."""
    replica_reads: int
    """The same from a replica: a client that stayed with the former master, which follows the new one by now."""
    complete: bool
    """Whether the look-up at the end could be made."""
    errors: tuple[str, ...]
    pauses: tuple[tuple[float, float], ...]
    """Every gap over a quarter of a second from the first write on, in seconds since 1970: for pictures."""


def account(lines: Iterable[Mapping[str, Any]], since: float = 0.0) -> Account:
    """Read a journal; outages count from the last good write before ``since`` (seconds since 1970)."""
    entries = list(lines)
    writes = [entry for entry in entries if entry["kind"] == "write"]
    good = [entry["ended"] for entry in writes if not entry["problem"]]
    between = outage.gaps(good, writes[-1]["ended"] if writes else None)
    longest_s = outage.longest_s(between, since)
    if writes and not good:
        between = [(writes[0]["began"], writes[-1]["ended"])]
    end: Mapping[str, Any] = next((entry for entry in entries if entry["kind"] == "end"), {})
    lost = set(end.get("lost", ()))
    stale = [entry for entry in entries if entry["kind"] == "stale"]
    from_master = [entry["at"] for entry in stale if entry["role"] == "master"]
    return Account(
        acknowledged=len(good),
        lost=tuple(sorted(lost)),
        lost_at=tuple(entry["ended"] for entry in writes if not entry["problem"] and entry["number"] in lost),
        kept_at=tuple(
            entry["ended"] for entry in writes if not entry["problem"] and entry["number"] not in lost
        ),
        outage_s=float("inf") if longest_s is None else longest_s,
        paused_s=sum(after - before for before, after in outage.pauses(between, since)) if good else 0.0,
        stale_reads=len(from_master),
        stale_s=longest_row(from_master),
        replica_reads=len(stale) - len(from_master),
        complete=bool(end) and not end["problem"],
        errors=tuple(sorted({entry["problem"] for entry in writes if entry["problem"]})),
        pauses=outage.pauses(between),
    )


def longest_row(moments: Iterable[float]) -> float:
    """The longest time from the first to the last of moments that are no more than a second apart."""
    longest, first, last = 0.0, 0.0, 0.0
    for moment in moments:
        if moment - last > _ROW_GAP_S:
            first = moment
        last = moment
        longest = max(longest, last - first)
    return longest


class Traffic:
    """The client pod while it writes."""

    def __init__(self, pod: Pod, journal: Path, access: Entry) -> None:
        """Use :meth:`start`."""
        self.pod = pod
        self._access = access
        self._journal = journal
        self._entries: list[dict[str, Any]] = []
        self._read = 0
        self._telling: asyncio.Task[None] | None = None

    @classmethod
    def start(cls, cluster: Cluster, host: str, port: int, master: str) -> Traffic:
        """Put the application into a pod of its own."""
        folder = cluster.site.logs / "journal"
        folder.mkdir()
        mounts = tuple(Mount(path, str(path), True) for path in interpreter.folders())
        container = {
            "name": "writer",
            "image": "busybox",
            "command": interpreter.module_command(
                "measure.writer", host, str(port), master, _JOURNAL, _ACCESS
            ),
            "env": [{"name": "PYTHONPATH", "value": interpreter.python_path()}],
        }
        spec = {"containers": [container], "enableServiceLinks": False}
        manifest = {"metadata": {"name": CLIENT, "namespace": cluster.site.objects.namespace}, "spec": spec}
        mounts += (Mount(folder, "/journal", False), Mount(cluster.site.access.folder, _ACCESS, True))
        pod = cluster.create(manifest, mounts)
        traffic = cls(pod, folder / "writes", cluster.site.access)
        traffic._telling = cluster.site.tasks.create_task(traffic._tell(cluster.site.emit))
        return traffic

    def entries(self) -> list[dict[str, Any]]:
        """The journal so far; only what is new is read."""
        if self._journal.exists():
            with self._journal.open("rb") as journal:
                journal.seek(self._read)
                # What ends without a newline is still being written.
                new = journal.read().rpartition(b"\n")
            self._read += len(new[0]) + len(new[1])
            self._entries += map(json.loads, new[0].splitlines())
        return self._entries

    async def _tell(self, emit: Emit) -> None:
        """Report when writes stop and continue, for live output; the account has the exact figures."""
        good, seen, stopped = 0.0, 0, False
        while True:
            for entry in self.entries()[seen:]:
                seen += 1
                if entry["kind"] != "write" or entry["problem"]:
                    continue
                if stopped:
                    emit("WritesResumed", CLIENT, f"after {entry['ended'] - good:.2f} s")
                good, stopped = entry["ended"], False
            if good and not stopped and steady_now() - good > _TOLD_S:
                stopped = True
                emit("WritesStopped", CLIENT, self._entries[-1].get("problem", ""))
            await asyncio.sleep(_TOLD_S / 2)

    async def writing(self, tries: int) -> None:
        """Wait until it has tried so often; an application that cannot run is a fault of this machine."""
        until = time.monotonic() + _START_LIMIT_S
        while len(self.entries()) < tries:
            if time.monotonic() > until:
                log = self._journal.parent.parent / f"{CLIENT}_writer.log"
                said = log.read_text(encoding="utf-8")[-2000:] if log.exists() else "nothing"
                raise ToolError(f"the application of the rehearsal does not write; it said:\n{said}")
            await asyncio.sleep(0.2)

    def kept(self, account: Account) -> dict[str, str]:
        """Key and value of every acknowledged write that was found again."""
        lost = set(account.lost)
        numbers = (e["number"] for e in self.entries() if e["kind"] == "write" and not e["problem"])
        return {self._access.written(number): str(number) for number in numbers if number not in lost}

    async def finish(self, since: float) -> Account:
        """Let it look everything up, and read the journal from the fault on."""
        kubelet = self.pod.kubelets["writer"]
        kubelet.hold_until = float("inf")
        if self._telling:
            self._telling.cancel()
        if kubelet.container:
            kubelet.container.kill(signal.SIGTERM)
            until = time.monotonic() + _FINISH_LIMIT_S
            while kubelet.container.running():
                await asyncio.sleep(0.05)
                if time.monotonic() > until:
                    kubelet.container.kill(signal.SIGKILL)
        return account(self.entries(), since)
