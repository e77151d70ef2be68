"""Watch: Prometheus in a pod of its own, and what it says of the deployment."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from redismanifests.core.steady import steady_now
from redismanifests.errors import RedismanifestsError, ToolError
from redismanifests.prove.rehearse.alerts.foreign import MARK
from redismanifests.prove.rehearse.alerts.heard import heard
from redismanifests.prove.rehearse.alerts.order import INTERVAL_S, Order
from redismanifests.prove.rehearse.alerts.planned import PROMETHEUS
from redismanifests.prove.rehearse.alerts.scraping import (
    RULES,
    STATES,
    TARGETS,
    configuration,
    paced,
    targets,
)
from redismanifests.prove.rehearse.alerts.shown import Line, Panel, Shown
from redismanifests.prove.rehearse.alerts.sounded import Watched, sounded
from redismanifests.prove.rehearse.alerts.states import states
from redismanifests.prove.rehearse.bench.entry import AUTHORITY
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.result.reading import as_read
from redismanifests.prove.toycluster.pods.rootfs import Mount

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from redismanifests.prove.rehearse.stage import Stage

T = TypeVar("T")
_PORT = 9090
_FOLDER, _ACCESS, _PROGRAM = "/watch", "/access", "/prometheus"
_POLL_S = 0.5
_START_LIMIT_S = 120.0
_ASK_LIMIT_S = 10.0
_TRIES = 3
_STEADY = 5
"""Samples of each target before anything is broken."""
_FIRING = 'ALERTS{alertstate="firing"}[2h]'


class Watch:
    """The eyes of a rehearsal: what Prometheus shows."""

    def __init__(self, stage: Stage, order: Order) -> None:
        """Nothing runs yet."""
        self._stage = stage
        self._order = order
        self._folder: Path = stage.cluster.site.folder / "watch"
        self._complete_at = 0.0
        self._began = 0.0
        self._ip = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is other than rendered, and what this machine cannot show."""
        return self._order.notes

    async def begin(self) -> None:
        """Start Prometheus, and wait until it has seen every pod a few times."""
        cluster = self._stage.cluster
        site = cluster.site
        self._admit()
        self._folder.mkdir()
        (self._folder / "data").mkdir()
        (self._folder / RULES).mkdir()
        (self._folder / RULES / "ours.yaml").write_text(self._order.rules, "utf-8")
        if self._order.foreign_rules:
            (self._folder / RULES / "foreign.yaml").write_text(self._order.foreign_rules, "utf-8")
        wanted = configuration(site.objects, _FOLDER, f"{_ACCESS}/{AUTHORITY}")
        # JSON is YAML.
        (self._folder / "prometheus.yaml").write_text(json.dumps(wanted), "utf-8")
        (self._folder / STATES).write_text(json.dumps([{"targets": [await states(cluster)]}]), "utf-8")
        self._discover()
        program = shutil.which("prometheus")
        if program is None:
            raise ToolError("prometheus is not on PATH", "install it (Debian: apt-get install prometheus)")
        container = {
            "name": PROMETHEUS,
            "image": "busybox",
            "command": [
                _PROGRAM,
                f"--config.file={_FOLDER}/prometheus.yaml",
                f"--storage.tsdb.path={_FOLDER}/data",
                f"--web.listen-address=:{_PORT}",
                "--log.level=warn",
            ],
            "env": [{"name": "GOMAXPROCS", "value": "1"}],
        }
        spec = {"containers": [container], "enableServiceLinks": False}
        manifest = {"metadata": {"name": PROMETHEUS, "namespace": site.objects.namespace}, "spec": spec}
        pod = cluster.create(
            manifest,
            (
                Mount(self._folder, _FOLDER, False),
                Mount(site.access.folder, _ACCESS, True),
                Mount(Path(program).resolve(), _PROGRAM, True),
            ),
        )
        self._ip, self._began = pod.ip, steady_now()
        site.tasks.create_task(self._keep_discovering())
        await self._seen()

    def _admit(self) -> None:
        stage = self._stage
        wanted = {}
        for workload in (stage.deployment.redis, stage.deployment.sentinel):
            pod = workload.pods[0]
            ports = stage.cluster.pods[pod].status().port_names
            wanted[pod] = ports["metrics"]
        try:
            stage.cluster.admit(PROMETHEUS, wanted)
        except RedismanifestsError as error:
            raise RedismanifestsError(
                "the network policies admit no Prometheus to the exporters",
                "name it in networkPolicy.metrics",
            ) from error

    def _discover(self) -> None:
        new = self._folder / "targets.new"
        text = json.dumps(targets(self._stage.cluster.pods.values()))
        known = self._folder / TARGETS
        if not known.exists() or known.read_text("utf-8") != text:
            new.write_text(text, "utf-8")
            new.replace(known)

    async def _keep_discovering(self) -> None:
        while True:
            self._discover()
            await asyncio.sleep(_POLL_S)

    async def _seen(self) -> None:
        """Until every pod was scraped several times, and the rules were evaluated."""
        both = (self._stage.deployment.redis, self._stage.deployment.sentinel)
        pods = sum(workload.replicas for workload in both)
        until = time.monotonic() + _START_LIMIT_S
        samples = f"count(sum_over_time(redis_up[5m]) >= {_STEADY})"
        said: object = "nothing"
        while time.monotonic() < until:
            try:
                said = await self._ask(samples)
                if said and int(said[0]["value"][1]) >= pods:
                    return
            except (OSError, http.client.HTTPException, ValueError) as error:
                said = error
            await asyncio.sleep(_POLL_S)
        log = self._stage.cluster.site.logs / f"{PROMETHEUS}_{PROMETHEUS}.log"
        text = log.read_text("utf-8")[-2000:] if log.exists() else ""
        raise ToolError(
            f"Prometheus has not seen all {pods} pods within {_START_LIMIT_S:g} s: {said}\n{text}"
        )

    async def _ask(self, query: str, at: float | None = None) -> list[dict[str, Any]]:
        """The result of an instant query, of now or of then."""
        wanted = {"query": query} | ({} if at is None else {"time": f"{at:.3f}"})
        found: list[dict[str, Any]] = (await asyncio.to_thread(_got, self._ip, "query", **wanted))["result"]
        return found

    async def _firing(self) -> dict[str, list[float]]:
        """The moments at which each alert was firing, as Prometheus stored them: ours by name, others by mark."""
        found: dict[str, list[float]] = {}
        for series in await self._ask(_FIRING):
            labels = series["metric"]
            moments = found.setdefault(labels.get(MARK, labels["alertname"]), [])
            moments += [float(at) for at, _ in series["values"]]
        return found

    async def fired(self) -> None:
        """The fault is complete: wait until every alert that must fire has, or twice as long as it may take.

        Others are given the time that they need; that they fired before does not count.
        """
        self._complete_at = steady_now()
        began = time.monotonic()
        until = began + 2 * max(self._order.must.values(), default=0.0)
        missing = set(self._order.must)
        silent = {each.mark for each in self._order.foreign}
        while (missing and time.monotonic() < until) or (
            silent and time.monotonic() < began + self._order.patience_s
        ):
            await asyncio.sleep(_POLL_S)
            firing = await self._tried()
            for alert in sorted(missing & firing.keys()):
                self._stage.cluster.site.emit("Alert", alert, "fires")
            missing -= firing.keys()
            silent -= {mark for mark in silent if max(firing.get(mark, (0.0,))) >= self._complete_at}

    async def _tried(self) -> dict[str, list[float]]:
        """What fires; a Prometheus that is too busy to answer is asked again."""
        return await self._until(self._firing)

    async def _until(self, ask: Callable[[], Awaitable[T]]) -> T:
        """An answer, whenever it comes: the run as a whole has a limit."""
        while True:
            try:
                return await ask()
            except (OSError, http.client.HTTPException, ValueError):
                await asyncio.sleep(_POLL_S)

    async def account(self, fault_at: float) -> Watched:
        """What was seen from the first sample to now, after what was seen last was evaluated.

        Panels that had no data just before the fault become a measure and trouble of the run.
        """
        await asyncio.sleep(2 * INTERVAL_S)
        await self._look(fault_at)
        complete = max(self._complete_at, fault_at)
        order, firing = self._order, await self._tried()
        series = await self._until(self._names) if order.foreign else frozenset()
        return Watched(
            tuple(sounded(order, firing, fault_at, complete)),
            tuple(heard(order.foreign, firing, fault_at, series, INTERVAL_S)),
            tuple([await self._shown(name) for name in order.boards]),
        )

    async def _shown(self, board: str) -> Shown:
        """What the panels of a dashboard show of the time since Prometheus watches."""
        panels = []
        for place in self._order.boards[board]:
            lines = [await self._lines(question.query) for question in place.questions]
            panels.append(Panel(place, tuple(lines)))
        return Shown(board, tuple(panels))

    async def _lines(self, query: str) -> tuple[Line, ...]:
        """The series of a query over all that time; none where it is refused."""
        wanted = {"query": query, "start": f"{self._began:.3f}", "end": f"{steady_now():.3f}"}
        found: list[dict[str, Any]] = []
        with suppress(OSError, http.client.HTTPException, ValueError):
            step = f"{INTERVAL_S:g}"
            found = (await asyncio.to_thread(_got, self._ip, "query_range", step=step, **wanted))["result"]
        return tuple(
            Line(each["metric"], tuple((float(at), float(value)) for at, value in each["values"]))
            for each in found
        )

    async def _names(self) -> frozenset[str]:
        """Names of all series that there ever were."""
        return frozenset(await asyncio.to_thread(_got, self._ip, "label/__name__/values"))

    async def _look(self, at: float) -> None:
        """Ask what every panel would have shown."""
        panels = self._order.panels
        empty = [name for name, query in panels.items() if not await self._data(query, at)]
        if panels:
            self._stage.measures += [
                Measure("queries of panels", len(panels), ""),
                Measure("queries of panels without data", len(empty), "", 0),
            ]
        self._stage.cluster.site.trouble.extend(f"no data in the panel {name}" for name in empty)

    async def _data(self, query: str, at: float) -> bool:
        """Whether a query returns any; one that Prometheus refuses has none, and a busy one is asked again."""
        for _ in range(_TRIES):
            try:
                return bool(await self._ask(query, at))
            except (OSError, http.client.HTTPException, ValueError):
                await asyncio.sleep(_POLL_S)
        return False


def watch(stage: Stage, order: Mapping[str, Any]) -> Watch:
    """A watch that was ordered as JSON; the exporters of the stage get a shorter time-out."""
    stage.change(paced(stage.cluster.site.objects))
    return Watch(stage, as_read(Order, order))


def _got(ip: str, path: str, **wanted: str) -> Any:
    """What Prometheus' API returns; raises OSError, HTTPException or ValueError where there is nothing."""
    connection = http.client.HTTPConnection(ip, _PORT, timeout=_ASK_LIMIT_S)
    try:
        connection.request("GET", f"/api/v1/{path}?{urlencode(wanted)}")
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if answer.get("status") != "success":
        raise ValueError(str(answer)[:500])
    return answer["data"]
