"""Recorded results of real rehearsals, and how they are recorded again.

``python tests/report/recording.py FOLDER SCENARIO FILE`` rehearses the manifests of FOLDER and writes FILE. Of the log
only what was said from a second before the fault to a quarter of a minute after it is kept. Those that are committed:

- ``held.json``: `rendered/`, master-killed.
- ``rolled.json``: `rendered/`, redis-rolled.
- ``failed.json``: the same without the preStop hook of Redis, master-deleted.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import sys
from pathlib import Path

from redismanifests.present.documents.rehearsal import rehearsal
from redismanifests.present.writers import written
from redismanifests.prove.rehearse import run
from redismanifests.prove.rehearse.bench.subject import of_manifests
from redismanifests.prove.rehearse.result import Result
from redismanifests.prove.rehearse.suite import Record, Run
from redismanifests.prove.result.rehearsed import Rehearsed
from redismanifests.prove.toycluster.event import Event

RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str) -> Result:
    """A committed result."""
    data = json.loads(gzip.decompress((RECORDED / f"{name}.json.gz").read_bytes()))
    return Result.from_json(data, tuple(Event(**event) for event in data["events"]))


def record(*runs: Run, planned: int = 0) -> Record:
    """A record of these runs, on a machine that never was."""
    began = runs[0].result.began
    return Record("0.0.0", "a machine, 2 CPUs", began, 30.0, planned or len(runs), runs)


def both() -> Record:
    """One that held and one that failed, of one subject."""
    held, failed = recorded("held"), recorded("failed")
    return record(
        Run("shop", 1, "kill -9 of the master", held), Run("shop", 1, "graceful delete of the master", failed)
    )


def later() -> Record:
    """A day later: the one that held has a longer outage than it may, the other was not run, and a third is new."""
    held = recorded("held")
    measures = tuple(
        dataclasses.replace(each, value=9.4123) if each.name == "outage" else each for each in held.measures
    )
    slow = Run("shop", 1, "kill -9 of the master", dataclasses.replace(held, measures=measures))
    rolled = Run("shop", 1, "rolling restart of Redis", recorded("rolled"))
    return dataclasses.replace(record(slow, rolled), began=held.began + 86_400)


def read(record: Record) -> Rehearsed:
    """The record as a reader of its JSON report gets it."""
    return Rehearsed.from_json(json.loads(written(rehearsal(record), "json")))


def main() -> None:
    """Record one."""
    folder, scenario, file = sys.argv[1:]
    subject = of_manifests(Path(folder), sorted(Path(folder).glob("*.yaml")))
    assert subject is not None
    result = run(subject.objects, scenario)
    zero = result.phase("fault") or result.began
    result = dataclasses.replace(result, log=tuple(line for line in result.log if -1 <= line.at - zero <= 15))
    text = json.dumps(dataclasses.asdict(result))
    Path(file).write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{scenario}: {'held' if result.held else 'failed'}", *result.problems, sep="\n")


if __name__ == "__main__":
    main()
