"""Inside: the first Python process of a rehearsal, in the namespaces that belong to it.

Why: kubelet, controllers, DNS and scenario run here, in one process whose end is the end of all that it started. It
reads one request (JSON) from standard input and writes events and the result as lines of JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.rehearse import looking
from redismanifests.prove.rehearse.bench.backup import migration
from redismanifests.prove.rehearse.bench.backup.restore import LEFT_OUT, restores, without_restore
from redismanifests.prove.rehearse.bench.ground import on_cluster
from redismanifests.prove.rehearse.bench.substitution import deployed
from redismanifests.prove.rehearse.scenarios import scenario_named
from redismanifests.prove.rehearse.stage import Stage
from redismanifests.prove.toycluster.event import Event
from redismanifests.prove.toycluster.log import lines
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.refusal import refuse

if TYPE_CHECKING:
    from redismanifests.prove.toycluster.cluster import Cluster


def _write(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _emit(kind: str, subject: str, text: str) -> None:
    _write({"event": dataclasses.asdict(Event(steady_now(), kind, subject, text))})


def _stage(cluster: Cluster, alerts: dict[str, object] | None) -> Stage:
    stage = Stage(cluster)
    if alerts:
        # Only who asks for alerts pays for reading them.
        from redismanifests.prove.rehearse.alerts.watch import watch  # noqa: PLC0415

        stage.watch = watch(stage, alerts)
    return stage


def main() -> None:
    """Run the requested scenario."""
    request = json.loads(sys.stdin.readline())
    began = steady_now()

    async def work(cluster: Cluster) -> None:
        name = request["scenario"]
        _emit("Deployed", "", deployed(cluster.site.objects))
        play = looking.look if name == looking.NAME else scenario_named(name).run
        result = await play(_stage(cluster, request["alerts"]), request["dns_ttl"])
        result = dataclasses.replace(
            result,
            log=tuple(lines(cluster.site.logs, began)),
            not_carried=(*request["notes"], *result.not_carried),
        )
        # At once: the one who asked then ends this process, and with it everything that still runs.
        _write({"result": dataclasses.asdict(result)})

    try:
        name = request["scenario"]
        if name != looking.NAME and scenario_named(name).needs_next and not request["next_engine"]:
            raise RedismanifestsError(f"{name} needs another server", "name one with --next-server")
        refuse(request["objects"])
        objects = Objects.of(request["objects"])
        if restores(objects) and (name == looking.NAME or not scenario_named(name).restores):
            objects = without_restore(objects)
            request["notes"].append(LEFT_OUT)
        if migration.moves(objects):
            objects = migration.without_migration(objects)
            request["notes"].append(migration.LEFT_OUT)
        on_cluster(
            objects.items,
            work,
            engine=request["engine"],
            next_engine=request["next_engine"],
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
