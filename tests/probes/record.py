"""Record: what a healthy deployment answers to every probe, for tests that need none to run.

``python tests/probes/record.py`` rehearses the reference deployment and writes healthy.json beside this file: the
objects, every command that the probes ran, with its answer, and every live object that they got.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
HEALTHY = Path(__file__).with_name("healthy.json")


def _main() -> None:
    from redismanifests.prove.toycluster.linux.namespace import rehearsal_command

    if sys.argv[1:] != ["inside"]:
        command = rehearsal_command([sys.executable, __file__, "inside"], root=os.geteuid() == 0)
        environment = os.environ | {"PYTHONPATH": str(TOP / "src")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        seen = json.loads(done.stdout.splitlines()[-1])
        HEALTHY.write_text(json.dumps(seen, indent=1) + "\n", encoding="utf-8")
        return

    from yaml12 import parse_yaml

    from redismanifests.prove.rehearse.bench.ground import on_cluster

    files = sorted((TOP / "rendered").glob("*.yaml"))
    objects = [o for file in files for o in parse_yaml(file.read_text(encoding="utf-8"), multi=True)]
    seen = on_cluster(objects, _recorded, engine=None, dns_ttl_s=30, emit=lambda *_: None)
    print(json.dumps({**seen, "objects": objects}, sort_keys=True))


async def _recorded(cluster: Any) -> Any:
    from redismanifests.prove.checks.index import PROBES
    from redismanifests.prove.checks.look import Round
    from redismanifests.prove.rehearse.asking import Rehearsed
    from redismanifests.prove.rehearse.stage import Stage

    stage = Stage(cluster)
    cluster.apply()
    await stage.right(90)
    answers: list[Any] = []
    live: dict[str, Any] = {}

    class Recording(Rehearsed):
        async def exec(self, pod: str, container: str, argv: Any, limit_s: float) -> Any:
            answer = await super().exec(pod, container, argv, limit_s)
            answers.append([pod, container, list(argv), answer.code, answer.output])
            return answer

        async def get(self, kind: str, name: str) -> Any:
            live[f"{kind}/{name}"] = await super().get(kind, name)
            return live[f"{kind}/{name}"]

    desired = stage.deployment.desired
    for pod in desired.redis.pods:
        await Rehearsed(cluster).exec(pod, desired.redis.container, ["redis-cli", "BGSAVE"], 5)
    await asyncio.sleep(12)
    await Round(Recording(cluster), desired).outcomes(PROBES)
    return {"answers": sorted(answers, key=str), "live": live}


if __name__ == "__main__":
    _main()
