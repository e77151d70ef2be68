"""Measured: the pod of a drill and the rehearsal's own application, side by side under one fault.

Starts itself in the namespaces of a rehearsal and prints what both saw.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from redismanifests.prove.toycluster.linux.namespace import rehearsal_command

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parents[1] / "src"
_STEADY_S = 4.0


def measured(profile: Path, fault: str, engine: str = "") -> dict[str, Any]:
    """What the pod of a drill (``drill``) and the application (``own``) saw of a fault."""
    command = [sys.executable, __file__, str(profile), fault, engine]
    done = subprocess.run(
        rehearsal_command(command, root=os.geteuid() == 0),
        env=os.environ | {"PYTHONPATH": f"{SOURCES}:{HERE}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


def _main() -> None:
    from redismanifests.judge.review import review
    from redismanifests.prove.drill.measuring import job
    from redismanifests.prove.drill.plan import Kind, plan
    from redismanifests.prove.rehearse.bench.ground import on_cluster

    path, fault, engine = sys.argv[1:]
    reviewed = review(Path(path))
    made = job(reviewed.profile, plan(reviewed.profile, Kind.FAILOVER))
    seen = on_cluster(
        [each.manifest for each in reviewed.accepted().objects],
        lambda cluster: _play(cluster, made, fault),
        engine=engine or None,
        dns_ttl_s=5,
        emit=lambda *_: None,
    )
    print(json.dumps(seen))


class _Reader:
    """The journal of the drill's pod, as its log has it."""

    def __init__(self, cluster: Any, pod: str, journal: Any) -> None:
        self.journal = journal
        self._logs = cluster.site.logs
        self._pod = pod
        self._taken = 0

    def read(self) -> None:
        for log in self._logs.glob(f"{self._pod}_*"):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            for line in lines[self._taken :]:
                # The rehearsal writes the time before each line.
                self.journal.take(line.partition(" ")[2], time.time())
            self._taken = len(lines)

    async def follow(self) -> None:
        while True:
            self.read()
            await asyncio.sleep(0.05)

    async def written(self, writes: int) -> None:
        until = time.monotonic() + 60
        while len(self.journal.acknowledged) < writes:
            if time.monotonic() > until:
                logs = "".join(
                    p.read_text(errors="replace")[-3000:] for p in self._logs.glob(f"{self._pod}*")
                )
                raise RuntimeError(f"the pod of the drill does not write: {logs}")
            await asyncio.sleep(0.2)

    async def ended(self) -> None:
        until = time.monotonic() + 60
        while not (self.journal.done or self.journal.not_looked_up) and time.monotonic() < until:
            await asyncio.sleep(0.2)
        self.read()


async def _broken(stage: Any, redis: Any, master: str, fault: str) -> None:
    if fault == "killed":
        await stage.kill(master)
    elif fault == "frozen":
        stage.freeze(master)
    else:
        stage.delete(redis, stage.ordinal(master), 0 if fault == "force-deleted" else None)
    await asyncio.sleep(12)
    if fault == "frozen":
        stage.thaw(master)


async def _play(cluster: Any, made: dict[str, Any], fault: str) -> dict[str, Any]:
    from redismanifests.prove.drill.journal import Journal
    from redismanifests.prove.drill.measuring import CONTAINER, STOP
    from redismanifests.prove.rehearse.asking import Rehearsed
    from redismanifests.prove.rehearse.measure.recovery import bootstrap
    from redismanifests.prove.rehearse.stage import Stage

    stage = Stage(cluster)
    cluster.apply()
    await stage.right(bootstrap(cluster.site.objects, 5))
    redis, sentinel = stage.deployment.redis, stage.deployment.sentinel
    master_name, _ = await stage.recovery(5)
    traffic = stage.traffic(master_name)
    name = made["metadata"]["name"]
    cluster.admit(name, {each.pods[0]: each.port for each in (redis, sentinel)})
    template = made["spec"]["template"]
    pod = cluster.create(
        {
            "metadata": {"name": name, "namespace": cluster.site.objects.namespace, **template["metadata"]},
            "spec": template["spec"],
        }
    )
    reader = _Reader(cluster, name, Journal(redis.pods, sentinel.pods))
    journal = reader.journal
    following = asyncio.create_task(reader.follow())
    await traffic.writing(50)
    await reader.written(30)
    await asyncio.sleep(_STEADY_S)
    master = await stage.master()
    before = journal.agreeing_since()
    began = time.time()
    await _broken(stage, redis, master, fault)
    await stage.right(40)
    await asyncio.sleep(_STEADY_S)
    account = await traffic.finish(began)
    kubelet = pod.kubelets[CONTAINER]
    kubelet.hold_until = float("inf")
    # As the drill does it with kubectl exec.
    answer = await Rehearsed(cluster).exec(name, CONTAINER, STOP, 5)
    await reader.ended()
    following.cancel()
    if kubelet.container and kubelet.container.running():
        kubelet.container.kill(signal.SIGKILL)
    agreed = journal.agreeing_since()
    keys = await Rehearsed(cluster).exec(
        agreed[1] if agreed else master,
        redis.container,
        (*stage.deployment.desired.asking(redis), "DBSIZE"),
        5,
    )
    return {
        "own": {"outage_s": account.outage_s, "lost": len(account.lost), "keys": keys.output},
        "drill": {
            "outage_s": journal.outage_s(began),
            "lost": len(journal.lost),
            "acknowledged": len(journal.acknowledged),
            "resolution_s": journal.resolution_s(),
            "agreed_s": agreed[0] - began if agreed else None,
            "promoted": agreed[1] if agreed else "",
            "reads_failed_s": journal.reads_failed_s(began),
            "roles": sorted({turn.role for turn in journal.turns()}),
            "turns": [(round(turn.at - began, 2), turn.pod, turn.role) for turn in journal.turns()],
        },
        "before": before[1] if before else "",
        "master": master,
        "stop": answer.output,
        "not_looked_up": journal.not_looked_up,
        "refused": journal.refused[-5:],
    }


if __name__ == "__main__":
    _main()
