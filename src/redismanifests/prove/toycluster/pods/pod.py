"""Pod: a sandbox with an address, volumes, and containers that the kubelet keeps running.

Why: this is the unit that scenarios kill and that Services count.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.prove.toycluster.linux.namespace import Credentials, sandbox_command
from redismanifests.prove.toycluster.network import iproute
from redismanifests.prove.toycluster.pods.container import ContainerSpec
from redismanifests.prove.toycluster.pods.environment import container_environment, expanded
from redismanifests.prove.toycluster.pods.identity import context
from redismanifests.prove.toycluster.pods.kubelet import RELIST_S, Kubelet
from redismanifests.prove.toycluster.pods.rootfs import Mount, prepare, volume_mounts
from redismanifests.prove.toycluster.pods.volume import renew_configs, renew_secrets, volume_folders
from redismanifests.prove.toycluster.service import CLUSTER_DOMAIN, PodStatus, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redismanifests.core.object import Object
    from redismanifests.prove.rehearse.bench.access import Access
    from redismanifests.prove.toycluster.event import Emit
    from redismanifests.prove.toycluster.objects import Objects
    from redismanifests.prove.toycluster.pods.image import Image

START_S = 1.5
"""Seconds for scheduling, volumes and sandbox, from a pod's object to its first container. On three real nodes
(docs/cluster.md) at least 0.8 s and usually 3.1 s, in 54 starts at loads of 30 to 50 on two cores."""
REMOVE_S = 0.5
"""Seconds to remove volumes, status and object of a pod after its containers stopped: 0.5 to 3.8 s there."""

_LOOK_S = 0.05
"""How often the start of a container is looked for."""
CONFIG_SYNC_S = 90.0
"""The longest until a running pod has a changed ConfigMap: the kubelet looks at each pod once in a minute, give or take
a half (syncFrequency, with jitter). Secrets come at once here: what waits for them waits for all of them."""


@dataclass(slots=True)
class Site:
    """What every pod of a rehearsal shares."""

    objects: Objects
    """As they are applied now: a scenario may change them."""
    services: tuple[Service, ...]
    image_of: Callable[[str], Image]
    """The replacement of an image, by its name."""
    tasks: asyncio.TaskGroup
    """Every background task of the rehearsal: one that fails ends it all, with its reason."""
    folder: Path
    access: Access
    """How the rehearsal's own clients get in."""
    logs: Path
    trouble: list[str]
    """Faults of the objects that show while pods live, such as a SIGTERM that is refused."""
    emit: Emit

    @property
    def claims(self) -> Path:
        """Where the data of claims lies; it survives pods."""
        return self.folder / "claims"


def _etc(manifest: Object) -> dict[str, str]:
    """The files of /etc that the kubelet writes."""
    spec, metadata, ip = manifest["spec"], manifest["metadata"], manifest["status"]["podIP"]
    hostname = spec.get("hostname", metadata["name"])
    namespace = metadata["namespace"]
    full = (
        f"{hostname}.{spec['subdomain']}.{namespace}.svc.{CLUSTER_DOMAIN} " if spec.get("subdomain") else ""
    )
    options = {"ndots": "5"}
    options |= {o["name"]: o.get("value", "") for o in (spec.get("dnsConfig") or {}).get("options", ())}
    words = " ".join(f"{name}:{value}" if value else name for name, value in options.items())
    search = f"{namespace}.svc.{CLUSTER_DOMAIN} svc.{CLUSTER_DOMAIN} {CLUSTER_DOMAIN}"
    return {
        "hostname": f"{hostname}\n",
        "hosts": f"127.0.0.1 localhost\n::1 localhost\n{ip} {full}{hostname}\n",
        "resolv.conf": f"search {search}\nnameserver {iproute.DNS_IP}\noptions {words}\n",
    }


def _credentials(pod: Object, container: Object, image: Image) -> Credentials:
    whole = pod.get("securityContext") or {}
    own = context(pod, container)
    groups = {*whole.get("supplementalGroups", ()), *([whole["fsGroup"]] if "fsGroup" in whole else ())}
    uid = own.get("runAsUser", image.uid)
    # An image's own group goes with its own user only; another user without runAsGroup is in group 0.
    gid = own.get("runAsGroup", image.gid if uid == image.uid else 0)
    return Credentials(uid, gid, tuple(sorted(groups)))


class Pod:
    """One pod, from sandbox to removal."""

    def __init__(self, manifest: Object, site: Site, extra_mounts: tuple[Mount, ...] = ()) -> None:
        """``manifest`` is the pod object with ``status.podIP`` filled in."""
        self.manifest = manifest
        self.name: str = manifest["metadata"]["name"]
        self.ip: str = manifest["status"]["podIP"]
        self.kubelets: dict[str, Kubelet] = {}
        self.initialising: dict[str, Kubelet] = {}
        """The init container that runs now, or is tried again."""
        self.terminating = False
        self.keeps_claims = True
        """Whether what it claimed stays when it is gone."""
        self.ready_since = 0.0
        self.failed = ""
        """Why a pod that runs once has failed; empty while it has not."""
        self.changed: Callable[[], None] = lambda: None
        self._site = site
        self._extra_mounts = extra_mounts
        self._folder: Path = site.folder / "pods" / manifest["metadata"]["uid"]
        self._sandbox: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._starting: asyncio.Task[None] | None = None
        self._group: int = (manifest["spec"].get("securityContext") or {}).get("fsGroup", 0)
        self._reported = False
        self._told_ready = False

    @property
    def ready(self) -> bool:
        """Whether every container is ready."""
        return bool(self.kubelets) and all(kubelet.ready for kubelet in self.kubelets.values())

    def status(self) -> PodStatus:
        """What Services see of it."""
        spec = self.manifest["spec"]
        ports = {
            p["name"]: p["containerPort"]
            for c in spec["containers"]
            for p in c.get("ports", ())
            if "name" in p
        }
        return PodStatus(
            name=self.name,
            ip=self.ip if self._reported else "",
            labels=self.manifest["metadata"].get("labels") or {},
            hostname=spec.get("hostname", self.name),
            subdomain=spec.get("subdomain", ""),
            port_names=ports,
            ready=self.ready,
            terminating=self.terminating,
        )

    def begin(self) -> None:
        """Start it in the background: sandbox, volumes, init containers, containers."""
        self._starting = self._site.tasks.create_task(self._start())

    async def _start(self) -> None:
        spec = self.manifest["spec"]
        self._sandbox = await asyncio.create_subprocess_exec(
            *sandbox_command(spec.get("hostname", self.name))
        )
        own_network = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{self._sandbox.pid}/ns/net").readlink() == own_network:
            await asyncio.sleep(0.005)
        await iproute.plug(self._sandbox.pid, self.ip)
        self._site.emit("Scheduled", self.name, self.ip)
        self._folder.mkdir(parents=True)
        folders = volume_folders(
            self._site.objects, self.manifest, self.volumes, self._site.claims, self._group
        )
        await asyncio.sleep(START_S)
        self._site.tasks.create_task(self._report())
        for container in spec.get("initContainers", ()):
            await self._initialise(self._kubelet(container, folders), container)
        if self.terminating or self.failed:
            return
        self.kubelets = {
            container["name"]: self._kubelet(container, folders) for container in spec["containers"]
        }
        grace = float(spec.get("terminationGracePeriodSeconds", 30))
        if self._once:
            for kubelet in self.kubelets.values():
                kubelet.hold_until = float("inf")
        self._tasks = [
            self._site.tasks.create_task(kubelet.keep(grace)) for kubelet in self.kubelets.values()
        ]
        self.changed()

    @property
    def _once(self) -> bool:
        return bool(self.manifest["spec"].get("restartPolicy") == "Never")

    async def over(self) -> str:
        """Wait until a pod that runs once has ended; why it failed, or nothing."""
        if self._starting:
            await self._starting
        for name, kubelet in self.kubelets.items():
            while not kubelet.container:
                await asyncio.sleep(_LOOK_S)
            if code := await kubelet.container.wait():
                self.failed = f"{name} ended with {code}: {kubelet.container.last_line}"
        return self.failed

    @property
    def volumes(self) -> Path:
        """Where its volumes lie that live as long as it does, a folder each."""
        return self._folder / "volumes"

    def renew(self) -> None:
        """Let its volumes hold what the API holds now, as the kubelet does under a running pod; Secrets sooner."""
        if self.volumes.exists():
            renew_secrets(self._site.objects, self.manifest, self.volumes, self._group)
            self._site.tasks.create_task(self._renew_configs(random.uniform(0, CONFIG_SYNC_S)))

    async def _renew_configs(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        # The kubelet mounts nothing again for a pod that is on its way out.
        if not self.terminating:
            renew_configs(self._site.objects, self.manifest, self.volumes, self._group)

    async def _report(self) -> None:
        """Report the pod's address to the API: the kubelet does so on its next sync, after the first container started.

        Until then its Services have no endpoint and refuse, also while its server already listens.
        """
        await asyncio.sleep(random.uniform(0, RELIST_S))
        self._reported = True
        self.changed()

    async def _initialise(self, kubelet: Kubelet, container: Object) -> None:
        keeping = asyncio.create_task(kubelet.keep(0))
        self.initialising = {container["name"]: kubelet}
        try:
            while not self.terminating:
                await asyncio.sleep(0.02)
                if kubelet.container and not kubelet.container.running():
                    code = await kubelet.container.wait()
                    if code == 0:
                        break
                    if self._once:
                        said = kubelet.container.last_line
                        self.failed = f"{container['name']} ended with {code}: {said}"
                        return
                    self._site.emit("InitFailed", f"{self.name}/{container['name']}", "will be tried again")
                    await asyncio.sleep(1)
        finally:
            await kubelet.stop(0, forced=True)
            keeping.cancel()
            self.initialising = {}

    def _kubelet(self, container: Object, folders: Mapping[str, Path]) -> Kubelet:
        spec = self._container_spec(container, folders)
        kubelet = Kubelet(container, spec, self.name, self.ip, self._site.emit, self._site.trouble)

        def changed() -> None:
            self.ready_since = asyncio.get_running_loop().time()
            if self.ready != self._told_ready:
                self._told_ready = self.ready
                self._site.emit("PodReady" if self.ready else "PodNotReady", self.name, "")
            self.changed()

        kubelet.changed = changed
        return kubelet

    def _container_spec(self, container: Object, folders: Mapping[str, Path]) -> ContainerSpec:
        if self._sandbox is None:
            raise AssertionError("the sandbox comes before its containers")
        image = self._site.image_of(container["image"])
        variables = {
            **image.variables,
            **container_environment(container, self.manifest, self._site.objects, self._site.services),
        }
        command = container.get("command") or image.entrypoint
        arguments = container.get("args") or (() if "command" in container else image.arguments)
        root = self._folder / container["name"]
        mounts = prepare(
            root,
            image=image,
            etc=_etc(self.manifest),
            mounts=[*volume_mounts(self.manifest["spec"], container, folders), *self._extra_mounts],
        )
        return ContainerSpec(
            name=container["name"],
            sandbox=self._sandbox.pid,
            root=root,
            mounts=tuple(mounts),
            command=tuple(expanded(str(word), variables) for word in (*command, *arguments)),
            environment=variables,
            credentials=_credentials(self.manifest["spec"], container, image),
            working_folder=container.get("workingDir", image.folder),
            read_only=bool((container.get("securityContext") or {}).get("readOnlyRootFilesystem", False)),
            log=self._site.logs / f"{self.name}_{container['name']}.log",
        )

    async def stop(self, grace_s: float | None = None) -> None:
        """Terminate it (``grace_s`` None: as its spec says, 0: forced) and remove all but its claims."""
        self.terminating = True
        self.changed()
        grace = (
            float(self.manifest["spec"].get("terminationGracePeriodSeconds", 30))
            if grace_s is None
            else grace_s
        )
        self._site.emit("Terminating", self.name, f"grace period {grace:g} s")
        if self._starting:
            await self._starting
        async with asyncio.TaskGroup() as group:
            for kubelet in self.kubelets.values():
                group.create_task(kubelet.stop(grace, forced=grace == 0))
        for task in self._tasks:
            await task
        if self._sandbox:
            await iproute.unplug(self.ip)
            self._sandbox.send_signal(signal.SIGKILL)
            await self._sandbox.wait()
        if grace:
            # The kubelet sees it when it next looks; who is deleted by force has left the API before.
            await asyncio.sleep(random.uniform(0, RELIST_S) + REMOVE_S)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._site.emit("Deleted", self.name, "")
