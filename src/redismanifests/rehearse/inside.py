"""Inside: the first Python process of a rehearsal, in the namespaces that belong to it.

Why: kubelet, controllers, DNS and scenario run here, in one process whose end is the end of all that it started. It
reads one request (JSON) from standard input and writes events and the result as lines of JSON. What must not come in:
formatting for people.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from redismanifests.errors import RedismanifestsError
from redismanifests.rehearse import looking
from redismanifests.rehearse.event import Event
from redismanifests.rehearse.ground import on_cluster
from redismanifests.rehearse.log import lines
from redismanifests.rehearse.scenarios import scenario_named
from redismanifests.rehearse.stage import Stage

if TYPE_CHECKING:
    from redismanifests.rehearse.cluster import Cluster


def _write(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _emit(kind: str, subject: str, text: str) -> None:
    _write({"event": dataclasses.asdict(Event(time.time(), kind, subject, text))})


def main() -> None:
    """Play the scenario that was asked for."""
    request = json.loads(sys.stdin.readline())
    began = time.time()

    async def work(cluster: Cluster) -> None:
        name = request["scenario"]
        play = looking.look if name == looking.NAME else scenario_named(name).run
        result = await play(Stage(cluster), request["dns_ttl"])
        result = dataclasses.replace(result, log=tuple(lines(cluster.site.logs, began)))
        # At once: the one who asked then ends this process, and with it everything that still runs.
        _write({"result": dataclasses.asdict(result)})

    try:
        on_cluster(
            request["objects"],
            work,
            engine=request["engine"],
            dns_ttl_s=request["dns_ttl"],
            emit=_emit,
        )
    except* RedismanifestsError as group:
        problem: BaseException = group
        while isinstance(problem, BaseExceptionGroup):
            problem = problem.exceptions[0]
        _write({"refused": {"fact": getattr(problem, "fact", ""), "fix": getattr(problem, "fix", "")}})


if __name__ == "__main__":
    main()
