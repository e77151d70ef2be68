"""Play: a subject is applied to the nodes, written to, its master is killed, and the outage and the loss are measured.

``python -m endtoend.foreign.play CLUSTER FILE SCENARIO SAID`` runs in the network of the control plane, and prints one
line of JSON. CLUSTER is the folder of the cluster, SAID a file for what the pods said.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cluster.kubectl import Kubectl
from endtoend.application import NAME, Aim, Application
from endtoend.foreign import images, theirs
from endtoend.foreign.asking import Asked, restarts, status, unready
from endtoend.place import Place
from redismanifests.core.steady import steady_now
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.checks.look import Look, Round
from redismanifests.prove.rehearse.bench.access import Access
from redismanifests.prove.rehearse.foreign.login import candidates, tried
from redismanifests.prove.rehearse.measure.dataset import Dataset
from redismanifests.prove.rehearse.measure.recovery import bootstrap
from redismanifests.prove.rehearse.measure.topology import Topology, topology_of
from redismanifests.prove.toycluster.linux.namespace import server_below
from threenodes import image, provided
from threenodes.cluster import Cluster
from threenodes.controlplane import LOCAL
from threenodes.identity import ADMIN
from threenodes.places import built

if TYPE_CHECKING:
    from redismanifests.core.object import Object

KILLED, DELETED = "master-killed", "master-deleted"
SCENARIOS = (KILLED, DELETED)
"""As `rehearse` names them."""
DNS_TTL_S = 30.0
_START_S, _RECOVER_S = 300.0, 240.0
_STEADY_S = 3.0
"""Writing before the fault and after the recovery, as a rehearsal does."""
_HOPELESS = 6
"""Restarts of one container, after which a start is given up."""
_SHARED = ("default", "kube-system", "kube-public", "kube-node-lease")
"""Namespaces that no one deletes."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one side says of a subject; times in seconds."""

    subject: str
    scenario: str
    side: str = "nodes"
    at: str = ""
    load: float = 0.0
    """Of the machine, at the fault."""
    engine: str = ""
    why: str = ""
    """Why there are no figures; or what was still wrong at the end."""
    outage_s: float | None = None
    lost: int = 0
    acknowledged: int = 0
    start_s: float = 0.0
    whole_s: float = 0.0
    back_s: float | None = None
    """Until the killed container has written its first line again."""
    masters: tuple[str, str] = ("", "")
    """Before the fault and after it."""
    notes: tuple[str, ...] = ()
    """What was left out or overlooked."""


@dataclass(frozen=True)
class Theater(Place):
    """The namespace of a subject, with what is known of it."""

    cluster: Cluster
    found: theirs.Theirs
    access: Access

    def prepare(self) -> tuple[str, ...]:
        """Provide images, classes and the namespace, apply every object, and return what was overlooked for that."""
        images.load(self.cluster, images.of_pods(self.found.pods()))
        self.empty()
        spaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}]
        needed = (*spaces, *provided.classes(self.found.applied, storage=True))
        list(provided.create(self.kubectl, needed))
        self("wait", "--for=create", "serviceaccount/default", "--timeout=60s")
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(self.found.applied)})
        refused = self.kubectl("-n", self.namespace, "apply", "-f", "-", text=text)
        if refused.code and "unknown field" in refused.errors:
            # A rehearsal runs what an API server stores; kubectl refuses some of that by itself.
            self("apply", "--validate=false", "-f", "-", text=text)
            return (f"kubectl refuses it without --validate=false: {refused.errors.strip()[:300]}",)
        assert refused.code == 0, refused.errors
        return ()

    def empty(self) -> None:
        """Remove all of a subject, and its namespace where that is its own."""
        if self.namespace not in _SHARED:
            self.wait_until_gone()
            return
        items = {"apiVersion": "v1", "kind": "List", "items": list(self.found.applied)}
        self.kubectl(
            *("-n", self.namespace, "delete", "-f", "-", "--ignore-not-found", "--timeout=120s"),
            text=json.dumps(items),
        )
        self.kubectl("-n", self.namespace, "delete", "pod,pvc", "--all", "--force", "--grace-period=0")

    def asked(self) -> Asked:
        """The pods as they are now."""
        return Asked(self.found, self.json("get", "pods")["items"], self.access, self.kubectl)

    def look(self) -> tuple[Asked, Topology]:
        """What the checks of a rehearsal say of the topology, and every pod that is not ready."""
        asked = self.asked()
        self._log_in(asked)
        seen = asyncio.run(topology_of(asked, self.found.deployment.desired))
        waiting = unready(asked, self.expected)
        return asked, replace(seen, problems=(*seen.problems, *waiting))

    @property
    def expected(self) -> list[str]:
        """Every pod by its name in a rehearsal."""
        sets = self.found.objects.of_kind("StatefulSet")
        return [
            f"{each['metadata']['name']}-{n}" for each in sets for n in range(each["spec"].get("replicas", 1))
        ]

    def _log_in(self, asked: Asked) -> None:
        """Find out which password each role takes; once, as a rehearsal does."""
        words = candidates(self.found.objects)
        for role in ("redis", "sentinel"):
            file = self.access.folder / ("sentinel.json" if role == "sentinel" else "login.json")
            if file.exists():
                continue
            workload = getattr(self.found.deployment, role)
            for pod in filter(asked.address, workload.pods):
                found = asyncio.run(tried(asked.address(pod), workload.port, words))
                if found is not None:
                    self.access.found(found, sentinel=role == "sentinel")
                    break

    def wait(self, limit_s: float) -> tuple[float, Topology, Asked]:
        """Until everything is healthy; what is wrong at the limit, or where a container ends again and again."""
        began = time.monotonic()
        while True:
            asked, seen = self.look()
            took = time.monotonic() - began
            if not seen.problems or took > limit_s or restarts(asked) >= _HOPELESS:
                return took, seen, asked
            time.sleep(0.5)

    def aim_of(self, asked: Asked) -> Aim:
        """What an application needs: the name of the master, and the passwords."""
        deployment = self.found.deployment
        look = Look(Round(asked, deployment.desired))

        async def name() -> str:
            found = [await look.master(pod, "name") for pod in deployment.sentinel.pods]
            return next(each["name"] for each in found if each)

        login = {each.name: each.read_text("utf-8") for each in self.access.folder.iterdir()}
        return Aim(deployment.sentinel_host, deployment.sentinel_port, asyncio.run(name()), login=login)

    def load(self, asked: Asked, master: str) -> Dataset:
        """The keys that a rehearsal loads before."""
        port = self.found.deployment.redis.port
        dataset = Dataset(self.access, lambda pod: (asked.address(pod), port))
        asyncio.run(dataset.load(master))
        return dataset

    def version(self, asked: Asked, pod: str) -> str:
        """Name and version of the server."""
        look = Look(Round(asked, self.found.deployment.desired))
        wanted = ("redis_version", "valkey_version")
        info = asyncio.run(look.info(self.found.deployment.redis, pod, *wanted))
        valkey = info.get("valkey_version")
        return f"Valkey {valkey}" if valkey else f"Redis {info.get('redis_version', '')}"

    def break_it(self, scenario: str, asked: Asked, master: str) -> float:
        """Do the fault, and return when, as the journal counts."""
        pod = asked.pods[master]
        if scenario == DELETED:
            at = steady_now()
            self("delete", "pod", pod["metadata"]["name"], "--wait=false")
            return at
        container = self.found.deployment.redis.container
        server = server_of(status(pod, container)["containerID"].rpartition("/")[2])
        at = steady_now()
        os.kill(server, signal.SIGKILL)
        return at

    def back_s(self, pod: Object, fault_at: float) -> float | None:
        """From the fault to the first line of the container that was killed."""
        words = ("logs", pod["metadata"]["name"], "-c", self.found.deployment.redis.container)
        line = self.kubectl("-n", self.namespace, *words, "--timestamps", "--limit-bytes=100").output
        # Nanoseconds are more than Python reads.
        stamp = re.match(r"([-0-9T:]+\.\d{6})\d*Z", line)
        if stamp is None:
            return None
        return round(datetime.fromisoformat(f"{stamp[1]}+00:00").timestamp() - fault_at, 2)

    def keep(self, said: Path) -> None:
        """Write what every container said, and what happened to the pods, to a file."""
        said.parent.mkdir(parents=True, exist_ok=True)
        in_it = ("-n", self.namespace)
        parts = [
            self.kubectl(*in_it, "get", "pods", "-o", "wide").output,
            self.kubectl(*in_it, "get", "events", "--sort-by=.lastTimestamp").output,
        ]
        for pod in self.json("get", "pods")["items"]:
            name = pod["metadata"]["name"]
            if name == NAME:
                continue
            for container in (*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]):
                for which in ((), ("--previous",)):
                    words = ("logs", name, "-c", container["name"], "--timestamps", "--tail=200", *which)
                    parts.append(f"== {name} {container['name']} {' '.join(which)}")
                    parts.append(self.kubectl(*in_it, *words).output)
        said.write_text("\n".join(parts), "utf-8")


def called(file: Path) -> str:
    """The name of a subject: its file or folder, and the folder around it."""
    return f"{file.resolve().parent.name}/{file.stem}"


def server_of(container: str) -> int:
    """The process of a container that serves, as this machine numbers it."""
    own = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if container in (each / "cgroup").read_text("utf-8"):
                started = int((each / "stat").read_text("utf-8").rpartition(")")[2].split()[19])
                own.append((started, int(each.name)))
        except (FileNotFoundError, ProcessLookupError):
            continue
    # The first one of it; what a probe runs came later.
    return server_below(min(own)[1])


def played(theater: Theater, scenario: str, said: Path) -> Measured:
    """One subject from its apply to the look-up of every acknowledged write."""
    found = theater.found
    result = Measured(
        subject=found.name,
        scenario=scenario,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        load=os.getloadavg()[0],
        notes=found.notes,
    )
    try:
        result = replace(result, notes=(*result.notes, *theater.prepare()))
        limit_s = max(_START_S, 2 * bootstrap(found.objects, DNS_TTL_S))
        start_s, seen, asked = theater.wait(limit_s)
        result = replace(result, start_s=round(start_s, 1))
        if seen.problems:
            theater.keep(said)
            return replace(result, why="; ".join(seen.problems[-6:]))
        master = seen.master
        left_out = theater.load(asked, master).left_out
        application = Application(theater, image.CLIENT, theater.aim_of(asked))
        application.start()
        application.wait_until_writing(limit_s=120.0)
        time.sleep(_STEADY_S)
        result = replace(result, load=round(os.getloadavg()[0], 1), notes=(*result.notes, *left_out))
        result = replace(result, engine=theater.version(asked, master))
        fault_at = theater.break_it(scenario, asked, master)
        # What is still healthy has not noticed yet.
        time.sleep(_STEADY_S)
        _, after, _ = theater.wait(_RECOVER_S)
        whole_s = steady_now() - fault_at
        time.sleep(_STEADY_S)
        account, _ = application.finish(fault_at)
        wrong = [*after.problems, *([] if account.complete else ["the writes could not be looked up"])]
        theater.keep(said)
        return replace(
            result,
            outage_s=round(account.outage_s, 2),
            lost=len(account.lost),
            acknowledged=account.acknowledged,
            whole_s=round(whole_s, 1),
            back_s=theater.back_s(asked.pods[master], fault_at) if scenario == KILLED else None,
            masters=(master, after.master),
            why="; ".join(wrong),
        )
    finally:
        theater.empty()


def opened(folder: Path) -> tuple[Cluster, Kubectl]:
    """The cluster of a folder, from within the network of its control plane."""
    cluster = Cluster(folder, built())
    plane = cluster.control_plane
    config = plane.machine.folder / "inside.kubeconfig"
    text = plane.identity.kubeconfig(ADMIN, LOCAL)
    if not (config.exists() and config.read_text("utf-8") == text):
        # Replaced, not written over: another one may be at work.
        new = config.with_suffix(f".{os.getpid()}")
        new.write_text(text, "utf-8")
        new.replace(config)
    return cluster, Kubectl(str(cluster.places.kubernetes / "kubectl"), config)


def measured(cluster_folder: Path, file: Path, scenario: str, said: Path) -> Measured:
    """What the nodes say of one subject; a reason where it cannot be run there."""
    cluster, kubectl = opened(cluster_folder)
    name = called(file)
    try:
        found = replace(theirs.read(file), name=name)
    except RedismanifestsError as refused:
        return Measured(subject=name, scenario=scenario, why=refused.fact)
    with tempfile.TemporaryDirectory() as folder:
        theater = Theater(kubectl, found.objects.namespace, cluster, found, Access(Path(folder)))
        try:
            return played(theater, scenario, said)
        except AssertionError as failed:
            return Measured(subject=name, scenario=scenario, why=str(failed))


def main(folder: str, file: str, scenario: str, said: str) -> None:
    """Print the result."""
    print(json.dumps(asdict(measured(Path(folder), Path(file), scenario, Path(said)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
