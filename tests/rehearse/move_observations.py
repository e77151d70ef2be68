"""Move observations: a deployment of the shape of a chart, one of ours that follows it, and an application that writes.

The old side is manifests of our own (foreign/), the new one what `migrate` makes of them. Both are in one namespace,
and the verbs of a cut run in the first pod, as in a cluster. `CHART_WHAT` names an observation: bitnami_cut.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from redismanifests.core.sources.source import source_from_text
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.kubernetes.decoded import decoded
from redismanifests.judge.migrate.migration import Options, migrate
from redismanifests.judge.review import review_of
from redismanifests.profile.form import profile_from
from redismanifests.prove.moving.cut import UnfinishedError, back, cut
from redismanifests.prove.moving.sides import Facts, Phase, facts, obstacles
from redismanifests.prove.rehearse.bench import subject
from redismanifests.prove.rehearse.bench.access import Access
from redismanifests.prove.rehearse.bench.deployment import Deployment, deployment
from redismanifests.prove.rehearse.foreign.login import candidates
from redismanifests.prove.rehearse.measure.topology import topology
from redismanifests.prove.rehearse.measure.traffic import account
from redismanifests.prove.toycluster.linux import interpreter
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.pods.rootfs import Mount
from redismanifests.prove.toycluster.pods.volume import lose_claim
from redismanifests.prove.toycluster.service import services

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redismanifests.core.object import Object
    from redismanifests.profile.model import Profile
    from redismanifests.prove.toycluster.cluster import Cluster

DNS_TTL_S = 30.0
FOREIGN = Path(__file__).parent / "foreign"
FROM = {
    "bitnami": """
migration:
  from:
    host: old-redis-node-0.old-redis-headless.shop.svc.cluster.local
    secretName: old-redis
    secretKey: redis-password
    engine: redis-7.2
""",
    "redis-ha": """
migration: {from: {host: old-redis-ha-announce-0.shop.svc.cluster.local, engine: redis-7.2}}
""",
}
PAUSE_MS = 5_000
STEPS = ("pause 9000", "equal 3", "promote", "refuse", "unchanged", "unpause", "settle")
"""Of a cut, as migrate.sh runs them."""
OUT_OF_TIME, MOST_GIVEN_UP = "out of time, before the promotion", 3
START_S = 240.0
"""For a side to start, or to follow, on a machine with far too much work."""
HELLOS_S = 12.0
"""Longer than a Sentinel leaves a replica that calls itself a master before it makes it a replica again."""


def old_objects(chart: str) -> tuple[Object, ...]:
    """The old side as a rehearsal runs it."""
    file = FOREIGN / f"{chart}.yaml"
    found = subject.of_manifests(file, [file])
    assert found
    return subject.playable(found).objects


def profile_text(chart: str) -> str:
    """What `migrate` writes for it, and the old master to follow."""
    file = FOREIGN / f"{chart}.yaml"
    return migrate({file.name: file.read_bytes()}, Options(release="old")).profile + FROM[chart]


def new_objects(chart: str) -> tuple[Object, ...]:
    """That profile, rendered."""
    rendered = review_of(source_from_text("profile.yaml", profile_text(chart))).accepted()
    return tuple(decoded(each.manifest) for each in rendered.objects)


def objects(name: str) -> list[Object]:
    """Both sides."""
    chart = name.partition("_")[0]
    return [*old_objects(chart), *new_objects(chart)]


class Side:
    """One of both: its objects, and how a client gets in."""

    def __init__(self, cluster: Cluster, names: set[tuple[str, str]], folder: Path) -> None:
        everything = cluster.site.objects
        own = tuple(
            each
            for each in everything.items
            if each["kind"] == "Secret" or (each["kind"], each["metadata"]["name"]) in names
        )
        self.cluster = cluster
        self.objects = Objects(own, everything.namespace)
        self.deployment: Deployment = deployment(self.objects, services(self.objects))
        self.access = Access.granted(self.objects, folder)

    def client(self, pod: str, *, sentinel: bool = False) -> Redis:
        there = self.cluster.pods[pod]
        port = (self.deployment.sentinel if sentinel else self.deployment.redis).port
        options = self.access.options(sentinel=sentinel)
        return Redis(host=there.ip, port=port, socket_timeout=2, decode_responses=True, **options)

    async def info(self, pod: str) -> dict[str, Any]:
        """What a Redis says of itself; empty if it does not answer."""
        if pod not in self.cluster.pods:
            return {}
        client = self.client(pod)
        try:
            return dict(await client.info())
        except (RedisError, OSError):
            return {}
        finally:
            await client.aclose()

    async def ask(self, pod: str, *words: str) -> Any:
        """The answer of a Sentinel; None if there is none."""
        client = self.client(pod, sentinel=True)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        except (RedisError, OSError):
            return None
        finally:
            await client.aclose()

    def start(self) -> None:
        for item in self.objects.of_kind("StatefulSet"):
            self.cluster.site.tasks.create_task(self.cluster.sets[item["metadata"]["name"]].control())


class Pod:
    """The first pod, as the commands of `migrate` run the verbs in it."""

    def __init__(self, cluster: Cluster, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.cluster, self.name, self.loop = cluster, name, loop

    def run(self, *arguments: str, limit_s: float = 30.0) -> str:
        return asyncio.run_coroutine_threadsafe(self._run(arguments, limit_s), self.loop).result()

    async def _run(self, arguments: tuple[str, ...], limit_s: float) -> str:
        pod = self.cluster.pods.get(self.name)
        kubelet = pod.kubelets.get("redis") if pod else None
        if kubelet is None or kubelet.container is None or not kubelet.container.running():
            raise RedismanifestsError(f"{self.name} does not run", "wait")
        done = await kubelet.container.exec(("sh", "/config/migrate.sh", *arguments), limit_s)
        if done.code > 1 or (done.code and "failed " not in done.output):
            raise RedismanifestsError(f"{arguments[0]} ended with {done.code}: {done.output}", "look")
        return done.output


class Move:
    """Both sides, and the application."""

    def __init__(self, cluster: Cluster, chart: str) -> None:
        self.cluster = cluster
        self.profile: Profile = profile_from(source_from_text("profile.yaml", profile_text(chart)))
        folder = cluster.site.folder

        def names(items: tuple[Object, ...]) -> set[tuple[str, str]]:
            return {(each["kind"], each["metadata"]["name"]) for each in items}

        self.old = Side(cluster, names(old_objects(chart)), folder / "access-old")
        self.new = Side(cluster, names(new_objects(chart)), folder / "access-new")
        for sentinel in (False, True):
            self.old.access.found(next(iter(candidates(self.old.objects)), ""), sentinel=sentinel)
        self.pods = self.new.deployment.redis.pods
        self.pod = Pod(cluster, self.pods[0], asyncio.get_running_loop())
        self.journal = cluster.site.logs / "journal" / "writes"
        self.said: list[str] = []
        self.roles: set[str] = set()
        """Of our own pods, sampled while they follow."""
        self.following = True
        self.given_up = 0
        self.master = ""

    async def old_started(self) -> None:
        self.old.start()
        await until(self._old_whole, "the old side is whole")

    async def _old_whole(self) -> bool:
        master, *_ = self.old.deployment.redis.pods
        info = await self.old.info(master)
        if (
            info.get("role") != "master"
            or info.get("connected_slaves", 0) < len(self.old.deployment.redis.pods) - 1
        ):
            return False
        name = self.old.deployment.desired.master_name or ""
        for pod in self.old.deployment.sentinel.pods:
            if not await self.old.ask(pod, "SENTINEL", "CKQUORUM", name):
                return False
        return True

    def application(self) -> None:
        """In a pod of its own, with the logins of both sides."""
        self.journal.parent.mkdir()
        sides = []
        mounts = [Mount(path, str(path), True) for path in interpreter.folders()]
        for name, side in (("old", self.old), ("new", self.new)):
            place = f"/access-{name}"
            host, port = side.deployment.sentinel_host, side.deployment.sentinel_port
            sides.append(json.dumps([host, port, side.deployment.desired.master_name, place]))
            mounts.append(Mount(side.access.folder, place, True))
        mounts.append(Mount(self.journal.parent, "/journal", False))
        container = {
            "name": "writer",
            "image": "busybox",
            "command": [sys.executable, "-m", "move_application", "/journal/writes", "/access-new", *sides],
            "env": [{"name": "PYTHONPATH", "value": interpreter.python_path()}],
        }
        metadata = {"name": "client", "namespace": self.cluster.site.objects.namespace}
        spec = {"containers": [container], "enableServiceLinks": False}
        self.client = self.cluster.create({"metadata": metadata, "spec": spec}, tuple(mounts))

    def entries(self) -> list[dict[str, Any]]:
        """The journal so far."""
        text = self.journal.read_text("utf-8") if self.journal.exists() else ""
        return [json.loads(line) for line in text.rpartition("\n")[0].splitlines()]

    def written(self, side: int | None = None) -> int:
        """Acknowledged writes, of one side only where it is named."""
        good = [each for each in self.entries() if each["kind"] == "write" and not each["problem"]]
        return sum(side is None or each["side"] == side for each in good)

    async def goes_on(self, side: int, more: int = 60) -> None:
        """The application has so many more writes acknowledged on that side."""
        before = self.written(side)

        async def more_of_them() -> bool:
            return self.written(side) >= before + more

        await until(more_of_them, f"the application writes to side {side}")

    async def finish(self) -> dict[str, Any]:
        kubelet = self.client.kubelets["writer"]
        kubelet.hold_until = float("inf")
        assert kubelet.container
        kubelet.container.kill(signal.SIGTERM)
        while kubelet.container.running():
            await asyncio.sleep(0.05)
        entries = self.entries()
        seen = account(entries)
        end = next(each for each in reversed(entries) if each["kind"] == "end")
        return {
            "acknowledged": seen.acknowledged,
            "lost": len(seen.lost),
            "longest_s": round(seen.outage_s, 2),
            "looked_up": seen.complete,
            "side": end["side"],
            "on_new": self.written(1),
            "errors": sorted({each.partition(" : ")[0][:120] for each in seen.errors}),
            "master": self.master,
            "given_up": self.given_up,
            "load": os.getloadavg()[0],
        }

    async def facts(self) -> Facts:
        return await asyncio.to_thread(facts, self.pod, self.profile)

    async def follows(self) -> None:
        """Every pod of ours follows, and a cut may begin."""

        async def ready() -> bool:
            try:
                found = await self.facts()
            except RedismanifestsError:
                return False
            return found.phase is Phase.FOLLOWING and not obstacles(found, len(self.pods))

        await until(ready, "the new side follows")

    async def watch_roles(self) -> None:
        while self.following:
            for pod in self.pods:
                role = (await self.new.info(pod)).get("role")
                if role and self.following:
                    self.roles.add(str(role))
            await asyncio.sleep(0.1)

    async def kill(self, pod: str) -> None:
        """Kill -9 of the server; its container starts again."""
        container = self.cluster.pods[pod].kubelets["redis"].container
        assert container
        container.signal_server(signal.SIGKILL)
        while container.running():
            await asyncio.sleep(0.01)

    async def lose_pod(self) -> None:
        """The first pod is gone, with everything that runs in it; the next one has its volume."""
        before = self.cluster.pods[self.pods[0]]
        self.cluster.sets[self.new.deployment.redis.name].delete(0, 0)

        async def replaced() -> bool:
            there = self.cluster.pods.get(self.pods[0])
            return there is not None and there is not before and bool(await self.new.info(self.pods[0]))

        await until(replaced, "the first pod runs again")

    async def cut(self) -> float:
        """Seconds that writes were held, as the command prints them; again where it was given up as out of time."""
        while True:
            try:
                done = await asyncio.to_thread(cut, self.pod, self.profile, PAUSE_MS, self.said.append)
            except UnfinishedError as error:
                if OUT_OF_TIME not in error.fact or self.given_up == MOST_GIVEN_UP:
                    raise
                self.given_up += 1
                await self.goes_on(0)
            else:
                return done.pause_ms / 1000

    async def step(self, step: str) -> str:
        said = await asyncio.to_thread(self.pod.run, *step.split())
        assert "failed" not in said, said
        return said

    async def whole(self) -> None:
        """What `verify` asks of the topology holds on the new side."""
        await until(self._whole, "the new side is whole")

    async def _whole(self) -> bool:
        seen = await topology(self.cluster, self.new.deployment)
        self.master = seen.master
        return not seen.problems

    async def empty_again(self) -> None:
        """Scaled to 0, claims deleted, scaled up (docs/moving.md, Back)."""
        for item in self.new.objects.of_kind("StatefulSet"):
            controlled = self.cluster.sets[item["metadata"]["name"]]
            numbers = range(controlled.replicas)
            controlled.held = set(numbers)
            await asyncio.gather(
                *(controlled.delete(number) for number in numbers if number in controlled.pods)
            )
            for number in numbers:
                for claim in controlled.claims(number):
                    lose_claim(self.cluster.site.claims, claim)
        for item in self.new.objects.of_kind("StatefulSet"):
            self.cluster.sets[item["metadata"]["name"]].held = set()


async def until(true: Callable[[], Awaitable[bool]], what: str, limit_s: float = START_S) -> None:
    end = time.monotonic() + limit_s
    while not await true():
        assert time.monotonic() < end, f"not within {limit_s:g} s: {what}"
        await asyncio.sleep(0.3)


async def _cut(move: Move) -> dict[str, Any]:
    """Followed, two pods of ours killed meanwhile, cut off while the application writes."""
    watching = asyncio.create_task(move.watch_roles())
    for pod in move.pods[:2]:
        await move.kill(pod)
        await move.follows()
    sentinels = [await move.new.ask(pod, "PING") for pod in move.new.deployment.sentinel.pods]
    move.following = False
    await watching
    held = await move.cut()
    await move.goes_on(1)
    await asyncio.sleep(HELLOS_S)
    await move.whole()
    return {"held_s": held, "roles": sorted(move.roles), "sentinels": sentinels}


async def _before(move: Move) -> dict[str, Any]:
    """A pod that is lost after each step before the refusal: the old side goes on."""
    went_on = []
    for number in range(1, 4):
        for step in STEPS[:number]:
            await move.step(step)
        await move.lose_pod()
        await move.goes_on(0)
        found = await move.facts()
        went_on.append(found.phase.value)
        if found.phase is Phase.FOLLOWING:
            await move.follows()
    refused = ""
    try:
        await move.cut()
    except UnfinishedError as error:
        refused = error.fact
    await move.goes_on(0)
    if (await move.facts()).phase is Phase.HALF_CUT:
        await asyncio.to_thread(back, move.pod, move.profile, move.said.append)
        await move.goes_on(0)
    await move.empty_again()
    await move.follows()
    held = await move.cut()
    await move.goes_on(1)
    await move.whole()
    return {"held_s": held, "phases": went_on, "refused": refused}


def _after(number: int) -> Callable[[Move], Awaitable[dict[str, Any]]]:
    async def interrupted(move: Move) -> dict[str, Any]:
        """A pod that is lost after a step from the refusal on: the next cut completes it."""
        for step in STEPS[:number]:
            await move.step(step)
        await move.lose_pod()

        async def cut_off() -> bool:
            return (await move.facts()).phase in (Phase.CUT, Phase.BROKEN_OFF)

        await until(cut_off, "the first pod is master, or follows one that the Sentinels promoted meanwhile")
        phase = (await move.facts()).phase.value
        await move.cut()
        await move.goes_on(1)
        await move.whole()
        return {"phases": [phase]}

    return interrupted


WHAT: dict[str, Callable[[Move], Awaitable[dict[str, Any]]]] = {
    "cut": _cut,
    "before": _before,
    **{STEPS[number - 1].partition(" ")[0]: _after(number) for number in range(4, len(STEPS) + 1)},
}


def __getattr__(name: str) -> Any:
    chart, _, what = name.partition("_")
    if what not in WHAT:
        raise AttributeError(name)

    async def observation(cluster: Cluster, _events: object) -> dict[str, Any]:
        move = Move(cluster, chart)
        await move.old_started()
        move.application()
        await move.goes_on(0, 200)
        move.new.start()
        await move.follows()
        seen = await WHAT[what](move)
        return {**seen, **await move.finish(), "said": move.said}

    return observation
