"""Move: the release of a chart is replaced under load by what `migrate` writes of it, in one namespace of the nodes.

``cd tests; sudo ../.venv/bin/python -m endtoend.move FILE --host HOST [--secret NAME/KEY] --results R.jsonl`` takes the
steps of docs/moving.md with the commands of a user: apply, follow, `migrate status`, `migrate cut`, the old side to 0,
`migration` out of the profile, apply. An application writes all the time: through the old Sentinels until the cut, then
through the new ones.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster.rendering import rendered
from commandline import PROGRAM
from endtoend.application import MODULES, Aim, Application
from endtoend.deployed import Deployed
from endtoend.foreign import theirs
from endtoend.foreign.asking import status
from endtoend.foreign.play import Theater, opened, server_of
from redismanifests.core.steady import steady_now
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.bench.access import Access
from redismanifests.prove.rehearse.bench.secret import with_stand_ins
from redismanifests.prove.toycluster.objects import Objects
from rehearse import move_application
from threenodes import image, provided
from threenodes.__main__ import FOLDER
from threenodes.cluster import Cluster
from threenodes.places import built, lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from cluster.kubectl import Kubectl

_TESTS = Path(__file__).parent.parent
MIGRATION = """
migration:
  from: {{host: {host}{secret}, engine: {engine}}}
"""
_SECRET = ", secretName: {}, secretKey: {}"
_START_S = 300.0
_STEADY_S = 5.0
_HELLOS_S = 12.0
"""Longer than a Sentinel leaves a replica that calls itself a master before it makes it a replica again."""
_HELD = re.compile(r"writes were held for ([0-9.]+) s")
_MOVED = move_application.__name__


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One move; times in seconds."""

    subject: str
    at: str
    load: float
    old: str
    """Engine of the old side."""
    new: str
    held_s: float
    gap_s: float
    """Longest time between two acknowledged writes of the application that changed sides."""
    acknowledged: int
    lost: int
    roles: tuple[str, ...]
    """Of our pods until the cut."""
    after: int
    """Acknowledged by the next application, while the old side went to 0 and `migration` was taken out."""
    after_lost: int
    after_gap_s: float
    keys_missing: int
    """Of those that the old side had before and of acknowledged ones, on any pod of the new side at the end."""
    verdict: str
    """Of `verify` at the end."""
    took_s: float
    said: tuple[str, ...] = field(default_factory=tuple)
    """By the commands."""


@dataclass(frozen=True)
class MoveApplication(Application):
    """Writes to the old side until that refuses, then to the new one."""

    sides: tuple[tuple[Aim, str], ...] = ()
    """Each with the folder of its login."""

    @property
    def modules(self) -> dict[str, ModuleType]:
        """The application of the rehearsed moves."""
        return {**MODULES, _MOVED: move_application}

    def logins(self) -> dict[str, Mapping[str, str]]:
        """Of both sides."""
        return {folder: aim.login for aim, folder in self.sides}

    def containers(self) -> list[dict[str, Any]]:
        """The writer."""
        sides = [json.dumps([aim.host, aim.port, aim.master, folder]) for aim, folder in self.sides]
        return [self._container("writer", ["-m", _MOVED, "/dev/stdout", self.sides[-1][1], *sides])]

    def written(self, side: int) -> int:
        """Acknowledged writes of one side."""
        writes = [each for each in self._journal() if each["kind"] == "write" and not each["problem"]]
        return sum(each["side"] == side for each in writes)

    def goes_on(self, side: int, more: int = 60) -> None:
        """Until so many more are acknowledged on that side."""
        before = self.written(side)
        _until(lambda: self.written(side) >= before + more, f"writes to side {side}", 120.0)


def _until(true: Callable[[], bool], what: str, limit_s: float = _START_S) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, f"not within {limit_s:g} s: {what}"
        time.sleep(0.5)


@dataclass(frozen=True)
class Command:
    """`redismanifests` as a user runs it, with the cluster's own kubectl."""

    kubectl: Kubectl
    said: list[str] = field(default_factory=list)

    def __call__(self, *words: str | Path, codes: tuple[int, ...] = (0,), live: bool = True) -> str:
        """What it printed; its exit code must be one of these."""
        return self._run(*words, codes=codes, live=live).stdout

    def ready(self, profile: Path) -> bool:
        """Whether `migrate status` says that a cut may begin."""
        return self._run("migrate", "status", profile, codes=(0, 1, 2), live=True).returncode == 0

    def _run(
        self, *words: str | Path, codes: tuple[int, ...], live: bool
    ) -> subprocess.CompletedProcess[str]:
        more = ["--kubeconfig", str(self.kubectl.kubeconfig)] if live else []
        path = f"{Path(self.kubectl.program).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            [*PROGRAM, *map(str, words), *more],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"},
        )
        assert done.returncode in codes, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.said.append(f"{' '.join(map(str, words[:2]))}: {done.returncode}")
        return done


class Move:
    """Both sides in one namespace."""

    def __init__(self, old: Theater, migration: str, folder: Path) -> None:
        """Nothing is applied."""
        self.old, self.folder, self.migration = old, folder, migration
        self.command = Command(old.kubectl)
        self.profile = folder / "profile.yaml"
        self.roles: set[str] = set()
        self.said: list[str] = []

    def deployed(self, folder: str) -> Deployed:
        """The profile as it is now, rendered and applied as a user does."""
        made = rendered(self.profile, self.folder / folder)
        list(provided.create(self.old.kubectl, provided.classes(made.objects, storage=True)))
        list(provided.images(self.old.cluster, made.objects))
        found = Deployed(self.old.kubectl, self.old.namespace, self.profile, made.objects, steady_now())
        there = {each["metadata"]["name"] for each in found.json("get", "secrets")["items"]}
        secrets = [
            each
            for each in with_stand_ins(Objects.of(made.objects)).of_kind("Secret")
            if each["metadata"]["name"] not in there
        ]
        if secrets:
            found("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": secrets}))
        found("apply", "-f", made.folder)
        return found

    def access(self, new: Deployed) -> Access:
        """How an application gets into the new side: with what the cluster's Secrets hold."""
        held = new.json("get", "secrets")["items"]
        objects = Objects.of((*(each for each in new.objects if each["kind"] != "Secret"), *held))
        return Access.granted(objects, self.folder / "access-new")

    def kill(self, new: Deployed, pod: str) -> None:
        """Kill -9 of a server of ours; its container starts again."""
        found = new.json("get", "pod", pod)
        before = status(found, "redis")["containerID"]
        os.kill(server_of(before.rpartition("/")[2]), signal.SIGKILL)
        _until(
            lambda: status(new.json("get", "pod", pod), "redis").get("containerID") not in (before, None),
            f"{pod} starts again",
        )

    def info(self, new: Deployed, chapter: str) -> list[str]:
        """What each of our pods answers, nothing where it does not."""
        desired = Desired.of(new.objects)
        asking = (*desired.asking(desired.redis), "INFO", chapter)
        pods = [("exec", pod, "-c", "redis", "--", *asking) for pod in new.members("redis")]
        return [new.kubectl("-n", new.namespace, *words).output for words in pods]

    def note_roles(self, new: Deployed) -> None:
        """What our pods say that they are."""
        for said in self.info(new, "replication"):
            self.roles |= set(re.findall(r"^role:(\w+)", said, re.MULTILINE))

    def keys(self, new: Deployed) -> list[int]:
        """How many keys each pod has in all databases."""
        return [sum(map(int, re.findall(r"keys=(\d+)", said))) for said in self.info(new, "keyspace")]


def moved(move: Move, release: str, file: Path) -> Moved:
    """The whole way."""
    began = time.monotonic()
    old, command = move.old, move.command
    old.prepare()
    _, seen, asked = old.wait(_START_S)
    assert not seen.problems, seen.problems
    engine, before = old.version(asked, seen.master), old.load(asked, seen.master)
    command("migrate", file, "--release", release, "--output", move.profile, codes=(0, 1), live=False)
    text = move.profile.read_text("utf-8")
    move.profile.write_text(text + move.migration, "utf-8")
    new = move.deployed("following")
    access = move.access(new)
    login = {each.name: each.read_text("utf-8") for each in access.folder.iterdir()}
    aim = replace(new.aim, login=login, members=())
    figures = cut_off(move, new, (old.aim_of(asked), aim))
    move.profile.write_text(text, "utf-8")
    figures |= alone(move, new, aim)
    wanted = before.keys + figures["acknowledged"]
    verified = json.loads(command("verify", move.profile, "--format", "json", codes=(0, 1, 2, 3)))
    return Moved(
        subject=file.stem,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        old=engine,
        new=new.stateful_set("redis")["spec"]["template"]["spec"]["containers"][0]["image"],
        keys_missing=max(0, wanted - min(move.keys(new))),
        verdict=verified["verdict"]["text"],
        took_s=round(time.monotonic() - began),
        roles=tuple(sorted(move.roles)),
        said=(*move.said, *dict.fromkeys(command.said)),
        **figures,
    )


def cut_off(move: Move, new: Deployed, sides: tuple[Aim, Aim]) -> dict[str, Any]:
    """Followed, two pods of ours killed meanwhile, and cut off while an application writes."""
    named = tuple(zip(sides, ("/access-old", "/access-new"), strict=True))
    application = MoveApplication(move.old, image.CLIENT, sides[0], named)
    application.start()
    application.goes_on(0)
    _until(lambda: move.command.ready(move.profile), "the new side follows")
    for pod in new.members("redis")[:2]:
        move.kill(new, pod)
        move.note_roles(new)
        _until(lambda: move.command.ready(move.profile), "the new side follows again")
        move.note_roles(new)
    time.sleep(_STEADY_S)
    load, cut_at = os.getloadavg()[0], steady_now()
    said = move.command("migrate", "cut", move.profile)
    move.said += said.splitlines()
    application.goes_on(1)
    time.sleep(_HELLOS_S)
    account, _ = application.finish(cut_at - _STEADY_S)
    assert account.complete
    new.wait_until_ready()
    held = _HELD.search(said)
    assert held, said
    return {
        "load": round(load, 1),
        "held_s": float(held[1]),
        "gap_s": round(account.outage_s, 2),
        "acknowledged": account.acknowledged,
        "lost": len(account.lost),
    }


def alone(move: Move, new: Deployed, aim: Aim) -> dict[str, Any]:
    """The old side to 0, and `migration` out of the profile, while the next application writes."""
    application = Application(new, image.CLIENT, aim)
    application.start()
    application.wait_until_writing()
    gone_at = steady_now()
    for each in move.old.found.applied:
        if each["kind"] in theirs.KINDS[-2:]:
            move.old("scale", f"{each['kind'].lower()}/{each['metadata']['name']}", "--replicas=0")
    new = move.deployed("moved")
    for component in ("redis", "sentinel"):
        name = new.stateful_set(component)["metadata"]["name"]
        new("rollout", "status", f"statefulset/{name}", "--timeout=280s")
    new.wait_until_ready()
    time.sleep(_HELLOS_S)
    account, _ = application.finish(gone_at)
    assert account.complete
    return {
        "after": account.acknowledged,
        "after_lost": len(account.lost),
        "after_gap_s": round(account.outage_s, 2),
    }


def main() -> int:
    """2 where there are no nodes."""
    parser = argparse.ArgumentParser(prog="python -m endtoend.move", description=__doc__)
    parser.add_argument("file", type=Path, help="the old side: what helm template prints")
    parser.add_argument("--release", default="old", help="of the old side")
    parser.add_argument("--host", required=True, help="of the old master, as migration.from names it")
    parser.add_argument("--secret", default="", help="NAME/KEY of its password")
    parser.add_argument("--engine", default="redis-7.0")
    parser.add_argument("--results", type=Path, help="the result is added to this file")
    parser.add_argument("--cluster", type=Path, default=FOLDER, help="its folder, if it is another one")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.inside:
        if reason := lacking():
            print(f"endtoend.move: {reason}", file=sys.stderr)
            return 2
        plane = Cluster(asked.cluster, built()).control_plane.machine
        command = plane.entered([sys.executable, "-m", "endtoend.move", *sys.argv[1:], "--inside"], ("net",))
        return subprocess.run(command, check=False, cwd=_TESTS).returncode
    cluster, kubectl = opened(asked.cluster)
    found = theirs.read(asked.file)
    secret = _SECRET.format(*asked.secret.split("/")) if asked.secret else ""
    migration = MIGRATION.format(host=asked.host, secret=secret, engine=asked.engine)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "access-old").mkdir()
        access = Access(folder / "access-old")
        old = Theater(kubectl, found.objects.namespace, cluster, found, access)
        try:
            result = moved(Move(old, migration, folder), asked.release, asked.file)
        finally:
            old.empty()
    line = json.dumps(asdict(result))
    print(line)
    if asked.results:
        with asked.results.open("a", encoding="utf-8") as journal:
            journal.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
