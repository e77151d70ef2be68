"""Deployed: what the sources describe, as values of a chart, as objects of a cluster, or as both.

Where both say something, the objects count: they are what runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.foreign.origin import MANAGED, OURS
from redismanifests.judge.migrate.accounts import Reading, reading
from redismanifests.judge.migrate.facts import Account, Place
from redismanifests.judge.migrate.given import chart_of
from redismanifests.judge.migrate.live.reading import live
from redismanifests.judge.migrate.row import Fate, version_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.judge.migrate.given import Given
    from redismanifests.judge.migrate.live.reading import Live
    from redismanifests.judge.migrate.row import Chart, Version


class Deployed(NamedTuple):
    """Today's deployment, before anything follows from it."""

    origin: str
    """The chart and its version, or what the labels of the objects say."""
    engine: str
    server: str
    """Version of the server where no image names one; empty where it is not known."""
    word: str
    """What a chart adds to the name of a release."""
    reading: Reading
    pods: int | None
    """With data; None where a value is no number."""
    sentinels: int
    """How many Sentinels, where they are in pods of their own."""
    release: str
    namespace: str
    taken: frozenset[str]
    """Names that objects have already."""


def deployed(found: Given, chart: str, release: str, namespace: str) -> Deployed:
    """What the sources come to; ``chart``, ``release`` and ``namespace`` are those of the command line.

    Raises RedismanifestsError for a chart that is not known here, and for objects without Redis.
    """
    running = live(found.objects, release or found.release) if found.objects else None
    if found.objects and running is None:
        if not found.trees:
            raise _nothing(found)
        found.accounts += [
            Account(Place(document, path), str(value["kind"]), Fate.UNNEEDED, "it runs no Redis")
            for document, path, value in found.objects
        ]
    if running is not None and not found.trees:
        return _of_objects(running, release, namespace)
    return _of_values(found, running, chart, release, namespace)


def _nothing(found: Given) -> RedismanifestsError:
    document, path, value = found.objects[0]
    if any(_ours(each) for _, _, each in found.objects):
        return RedismanifestsError(
            f"{document.name}:{document.place(path)[0]}: these objects were rendered by redismanifests",
            "use the profile that they were rendered from: migrate reads what another tool deployed",
        )
    count = len(found.objects)
    more = f", and {count - 1} more" if count > 1 else ""
    return RedismanifestsError(
        f"{document.name}:{document.place(path)[0]}: no StatefulSet and no Deployment runs Redis: this is an object of "
        f"kind {str(value['kind'])[:60]}{more}",
        "give them as well: kubectl -n NAMESPACE get statefulset,deployment,service,configmap,pvc -o yaml",
    )


def _ours(value: Mapping[str, Any]) -> bool:
    metadata = value.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return isinstance(labels, dict) and labels.get(MANAGED) == OURS


def _of_objects(running: Live, release: str, namespace: str) -> Deployed:
    known = running.chart
    server = server_of_chart(known, version_of(running.version)) if known else ""
    return Deployed(
        f"{known.name} {running.version}" if known else running.origin,
        running.engine,
        server,
        known.name.rpartition("/")[2] if known else "redis",
        running.reading,
        running.pods,
        running.sentinels,
        release or running.release,
        namespace or running.namespace,
        running.taken,
    )


def server_of_chart(chart: Chart, version: Version) -> str:
    """The version of the server that a chart has by default."""
    return next((server for since, server in reversed(chart.servers) if since <= version), "")


def _of_values(found: Given, running: Live | None, named: str, release: str, namespace: str) -> Deployed:
    if running is not None and running.chart and not named and not found.version:
        named = f"{running.chart.name}:{running.version}"
    chart, version, written = chart_of(found, named)
    read = reading(chart, version, found.trees)
    pods = _pods(chart, read)
    if running is not None:
        for name, said in running.reading.facts.said.items():
            read.facts.said.setdefault(name, []).extend(said)
        read = read._replace(
            shape=running.reading.shape,
            accounts=[*read.accounts, *running.reading.accounts],
            pending=[*read.pending, *running.reading.pending],
            findings=[*read.findings, *running.reading.findings],
        )
    return Deployed(
        f"{chart.name} {written or f'(version not given, read as {chart.newest})'}",
        chart.engine,
        server_of_chart(chart, version),
        chart.name.rpartition("/")[2],
        read,
        running.pods if running else pods,
        running.sentinels if running else 0,
        release or found.release or (running.release if running else ""),
        namespace or found.namespace or (running.namespace if running else ""),
        running.taken if running else frozenset(),
    )


def _pods(chart: Chart, read: Reading) -> int | None:
    """The number of pods with data; None where a value is no number."""
    keys = chart.counts[read.shape]
    total = 0 if keys else 1
    said = {each.key: each.value for each in read.facts.said.get("count", ())}
    for key in keys:
        value = said.get(key, 1)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1000:
            return None
        total += value
    return max(total, 1)
