"""Observations: each does something to a toy deployment and answers what it saw."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redismanifests.prove.toycluster.service import PUBLISH_S

if TYPE_CHECKING:
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.pods.container import Container
    from redismanifests.prove.toycluster.pods.pod import Pod

    Events = list[tuple[float, str, str, str]]

DNS_TTL_S = 8.0
"""A pod comes back within it, on a busy machine as well."""

_START = """
echo "first words"
trap 'echo "got TERM"' TERM
while :; do sleep 0.1; done
"""
_HOOK = """
exec 2>/proc/1/fd/2
echo "hook speaks" >&2
sleep 0.5
"""


def _service(name: str, selector: dict[str, str], **spec: Any) -> dict[str, Any]:
    ports = [{"name": "redis", "port": 6379}]
    metadata = {"name": name, "namespace": "toy"}
    whole = {"selector": selector, "ports": ports, **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": whole}


def _set(name: str, pod: dict[str, Any], **spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": name}}, "spec": pod}
    rest = {
        "serviceName": f"{name}-headless",
        "selector": {"matchLabels": {"app": name}},
        "podManagementPolicy": "Parallel",
        "template": template,
        **spec,
    }
    metadata = {"name": name, "namespace": "toy"}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": rest}


def _port(number: int) -> list[dict[str, int]]:
    return [{"containerPort": number}]


_CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
_SLEEP = ["sleep", "1000000"]
_USER = {"runAsUser": 999, "runAsGroup": 999, "fsGroup": 999}
_REDIS = ["redis-server", "--protected-mode", "no", "--save", ""]
OBJECTS: list[dict[str, Any]] = [
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "scripts", "namespace": "toy"},
        "data": {"start.sh": _START, "hook.sh": _HOOK},
    },
    _service("server-headless", {"app": "server"}, clusterIP="None", publishNotReadyAddresses=True),
    _service("server-0", {"statefulset.kubernetes.io/pod-name": "server-0"}),
    _service("nobody", {"app": "nobody"}),
    _set(
        "stubborn",
        {
            "terminationGracePeriodSeconds": 2,
            "securityContext": _USER,
            "containers": [
                {
                    "name": "main",
                    "image": "busybox",
                    "command": ["sh", "/scripts/start.sh"],
                    "env": [
                        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                        {"name": "GREETING", "value": "I am $(POD), not $(NOBODY) or $$(POD)"},
                    ],
                    "securityContext": {"readOnlyRootFilesystem": True},
                    "lifecycle": {"preStop": {"exec": {"command": ["sh", "/scripts/hook.sh"]}}},
                    "volumeMounts": [
                        {"name": "scripts", "mountPath": "/scripts"},
                        {"name": "data", "mountPath": "/data"},
                        {"name": "scratch", "mountPath": "/scratch"},
                    ],
                }
            ],
            "volumes": [
                {"name": "scripts", "configMap": {"name": "scripts", "defaultMode": 0o555}},
                {"name": "scratch", "emptyDir": {}},
            ],
        },
        volumeClaimTemplates=[{"metadata": {"name": "data"}, "spec": _CLAIM}],
    ),
    _set(
        "server",
        {"containers": [{"name": "redis", "image": "redis", "command": _REDIS, "ports": _port(6379)}]},
    ),
    _set(
        "sickly",
        {
            "terminationGracePeriodSeconds": 1,
            "containers": [
                {
                    "name": "main",
                    "image": "busybox",
                    "command": _SLEEP,
                    "livenessProbe": {
                        "exec": {"command": ["false"]},
                        "periodSeconds": 1,
                        "failureThreshold": 3,
                    },
                }
            ],
        },
    ),
    _service("watcher", {"app": "watcher"}, ports=[{"port": 26379}]),
    _set(
        "watcher",
        {"containers": [{"name": "main", "image": "busybox", "command": _SLEEP, "ports": _port(26379)}]},
    ),
]


def objects(name: str) -> list[dict[str, Any]]:
    """All observations are of one deployment."""
    return OBJECTS


async def _running(cluster: Cluster, pod: str, container: str) -> Container:
    while True:
        found = cluster.pods.get(pod)
        kubelet = found.kubelets.get(container) if found else None
        if kubelet and kubelet.container and kubelet.container.running() and not _terminating(found):
            return kubelet.container
        await asyncio.sleep(0.05)


async def _published(cluster: Cluster, pod: str, container: str) -> Container:
    """Wait until Services and DNS know the pod's address: the kubelet tells it up to a second after the start."""
    found = await _running(cluster, pod, container)
    while not cluster.pods[pod].status().ip:
        await asyncio.sleep(0.05)
    await asyncio.sleep(2 * PUBLISH_S)
    return found


def _terminating(pod: Pod | None) -> bool:
    return pod is not None and pod.terminating


async def _say(container: Container, script: str) -> str:
    return (await container.exec(["sh", "-c", script], 10)).output.strip()


async def container_world(cluster: Cluster, events: Events) -> Any:
    """What a container sees of itself and of the machine."""
    cluster.apply()
    stubborn = await _running(cluster, "stubborn-0", "main")
    questions = {
        "first process": "cat /proc/1/comm; tr '\\0' ' ' < /proc/1/cmdline",
        "processes": "ls -d /proc/[0-9]* | wc -l",
        "ids": "id -u; id -g; id -G",
        "variables": "env",
        "root": "touch /anywhere 2>&1",
        "configuration": "touch /scripts/new 2>&1; sh -c 'cat /scripts/hook.sh' | head -n 2",
        "volumes": "touch /data/kept /scratch/lost && echo written",
        "names": "cat /etc/resolv.conf; cat /etc/hosts; hostname",
        "capabilities": "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status",
        "host": "ls /root /home /opt /boot 2>/dev/null; ls /usr/bin/redis-server",
        "interfaces": "ip -4 -o address | awk '{print $2, $4}'",
    }
    return {what: await _say(stubborn, script) for what, script in questions.items()}


async def fenced(cluster: Cluster, events: Events) -> Any:
    """What the rehearsal itself cannot write, and what a container with uid 0 sees of /proc and /sys."""
    refusals = []
    for path in (
        "/etc/rehearsed",
        "/tmp/rehearsed",
        "/usr/rehearsed",
        "/rehearsed",
        str(Path.cwd() / "rehearsed"),
    ):
        try:
            Path(path).write_text("x", encoding="utf-8")
        except OSError as error:
            refusals.append(error.strerror)
    cluster.apply()
    server = await _running(cluster, "server-0", "redis")
    questions = {
        "sysctl": "echo 1 2>&1 > /proc/sys/vm/overcommit_memory; sh -c 'echo 1 > /proc/sys/kernel/domainname' 2>&1",
        "sysrq": "sh -c 'echo h > /proc/sysrq-trigger' 2>&1",
        "kcore": "cat /proc/kcore /proc/keys /proc/interrupts /proc/timer_list 2>/dev/null | head -c 10",
        "thp": "ls -d /sys/kernel",
        "sysfs": "sh -c 'echo x > /sys/kernel/uevent_helper' 2>&1; sh -c '> /sys/x' 2>&1",
    }
    seen = {what: await _say(server, script) for what, script in questions.items()}
    users = str(Path("/proc/self/ns/user").readlink())
    ids = Path("/proc/self/uid_map").read_text(encoding="ascii")
    return seen | {"refusals": refusals, "users": users, "ids": ids}


async def variables_of_tools(cluster: Cluster, events: Events) -> Any:
    """A container whose variables would have the tools that start it load a library."""
    main = cluster.sets["stubborn"].spec["template"]["spec"]["containers"][0]
    main["env"] += [
        {"name": "LD_PRELOAD", "value": "/scratch/none.so"},
        {"name": "PATH", "value": "/nowhere"},
    ]
    # By its path, and not the script: without PATH that would find no sleep, and fill its log as fast as a core can.
    main["command"] = ["/bin/sleep", "1000000"]
    cluster.apply()
    stubborn = await _running(cluster, "stubborn-0", "main")
    shown = (await stubborn.exec(["/usr/bin/env"], 10)).output.splitlines()
    values = dict(line.split("=", 1) for line in shown if "=" in line)
    await cluster.sets["stubborn"].delete(0, 0)
    return {
        "preload": values["LD_PRELOAD"],
        "path": values["PATH"],
        "rehearsed": " ".join(name for name in values if name.startswith("REHEARSED")),
        "log": (cluster.site.logs / "stubborn-0_main.log").read_text(encoding="utf-8"),
    }


async def relinked(cluster: Cluster, events: Events) -> Any:
    """A container that replaces what its second volume is mounted from by a link, and starts again."""
    spec = cluster.sets["server"].spec["template"]["spec"]
    spec["volumes"] = [{"name": "scratch", "emptyDir": {}}]
    spec["containers"][0]["volumeMounts"] = [
        {"name": "scratch", "mountPath": "/scratch"},
        {"name": "scratch", "mountPath": "/inner", "subPath": "inner"},
    ]
    cluster.apply()
    server = await _running(cluster, "server-0", "redis")
    await _say(server, "mv /scratch/inner /scratch/was; ln -s /etc /scratch/inner")
    await _say(server, "until redis-cli ping; do sleep 0.1; done; redis-cli shutdown nosave")
    log = cluster.site.logs / "server-0_redis.log"
    until = time.monotonic() + 30
    while "leads elsewhere" not in (text := log.read_text(encoding="utf-8")) and time.monotonic() < until:
        await asyncio.sleep(0.1)
    return {"log": text}


async def stopping(cluster: Cluster, events: Events) -> Any:
    """A graceful delete of a container that ignores SIGTERM, then a forced one."""
    cluster.apply()
    stubborn = await _running(cluster, "stubborn-0", "main")
    await _say(stubborn, "touch /data/kept /scratch/lost")
    controlled = cluster.sets["stubborn"]
    began = time.time()
    await controlled.delete(0)
    graceful = time.time() - began
    again = await _running(cluster, "stubborn-0", "main")
    left = await _say(again, "ls /data /scratch")
    began = time.time()
    await controlled.delete(0, 0)
    log = (cluster.site.logs / "stubborn-0_main.log").read_text(encoding="utf-8")
    return {
        "graceful seconds": graceful,
        "forced seconds": time.time() - began,
        "left": left,
        "log": log,
        "events": [f"{kind} {text}" for _, kind, subject, text in events if subject == "stubborn-0/main"],
        "trouble": cluster.site.trouble,
        "lives": [
            kind
            for _, kind, subject, _ in events
            if subject.startswith("stubborn-0") and kind in {"Scheduled", "Exited"}
        ],
        "addresses": [
            text for _, kind, subject, text in events if kind == "Scheduled" and subject == "stubborn-0"
        ],
    }


_CONNECT = """
import json, socket, sys, time
host, port, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for _ in range(times):
    began = time.monotonic()
    with socket.socket() as s:
        s.settimeout(3)
        try:
            s.connect((host, port)); answer = "open"
        except OSError as error:
            answer = type(error).__name__
    print(json.dumps([answer, time.monotonic() - began]))
"""


async def _connect(container: Container, host: str, times: int = 1) -> list[tuple[str, float]]:
    done = await container.exec(["/usr/bin/env", "python3", "-c", _CONNECT, host, "6379", str(times)], 60)
    return [tuple(json.loads(line)) for line in done.output.splitlines()]


async def service(cluster: Cluster, events: Events) -> Any:
    """ClusterIPs with and without a pod behind, from another pod and from the pod itself, and a pod that is gone."""
    ips = {each.name: each.cluster_ip or "" for each in cluster.site.services}
    cluster.apply()
    stubborn = await _running(cluster, "stubborn-0", "main")
    server = await _published(cluster, "server-0", "redis")
    old = cluster.pods["server-0"].ip
    seen: dict[str, Any] = {
        "through the Service": await _connect(stubborn, ips["server-0"]),
        "to itself": (await server.exec(["redis-cli", "-h", ips["server-0"], "ping"], 5)).output.strip(),
        "no one behind": await _connect(stubborn, ips["nobody"], 5),
    }
    await cluster.sets["server"].delete(0)
    await _published(cluster, "server-0", "redis")
    return seen | {
        "through the Service, new pod": await _connect(stubborn, ips["server-0"]),
        "to the address that is gone": await _connect(stubborn, old),
        "addresses": [old, cluster.pods["server-0"].ip],
    }


async def names(cluster: Cluster, events: Events) -> Any:
    """What a name answers before its pod, with it, after it went, and when it is back."""
    cluster.apply()
    stubborn = await _running(cluster, "stubborn-0", "main")

    # Which CoreDNS answers is chance: of twenty questions each of the two gets at least one (but in 2 of a million).
    async def ask(name: str) -> list[str]:
        once = f"getent ahostsv4 {name} | awk 'NR==1{{print $1}}' | grep . || echo none"
        script = f"for i in $(seq 20); do {once}; done"
        return sorted(set((await _say(stubborn, script)).split()))

    controlled = cluster.sets["server"]
    await _published(cluster, "server-0", "redis")
    old = cluster.pods["server-0"].ip
    seen: dict[str, Any] = {"up": await ask("server-0.server-headless")}
    seen["service"] = await ask("server-0")
    controlled.held = {0}
    await controlled.delete(0, 0)
    await asyncio.sleep(0.6)
    seen["just gone"] = await ask("server-0.server-headless")
    await asyncio.sleep(DNS_TTL_S)
    seen["gone"] = await ask("server-0.server-headless")
    controlled.held = set()
    await _published(cluster, "server-0", "redis")
    seen["just back"] = await ask("server-0.server-headless")
    await asyncio.sleep(DNS_TTL_S)
    seen["back"] = await ask("server-0.server-headless")
    return seen | {"old": old, "new": cluster.pods["server-0"].ip}


_SPIN = """
import json, select, socket, sys, time
host, sockets = sys.argv[1], []
until = time.monotonic() + float(sys.argv[2])
while time.monotonic() < until:
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex((host, 6379))
    sockets.append(s)
    time.sleep(0.05)
time.sleep(1.5)
seen = []
for s in sockets:
    try:
        s.getpeername()
    except OSError:
        continue
    poll = select.epoll()
    poll.register(s, select.EPOLLIN)
    before = [flags for _, flags in poll.poll(0.05)]
    try:
        error = s.recvmsg(100, 100, socket.MSG_ERRQUEUE)[1][0][2][:6]
        queued = [int.from_bytes(error[:4], sys.byteorder), error[5]]
    except OSError:
        queued = []
    after = [flags for _, flags in poll.poll(0.05)]
    seen.append([bool(before and before[0] & select.EPOLLERR), queued, bool(after and after[0] & select.EPOLLERR)])
print(json.dumps(seen))
"""


async def refused_then_open(cluster: Cluster, events: Events) -> Any:
    """Connections that were refused once and then made, while a Service's pod comes back."""
    cluster.apply()
    stubborn = await _running(cluster, "stubborn-0", "main")
    await _published(cluster, "server-0", "redis")
    ip = next(each.cluster_ip or "" for each in cluster.site.services if each.name == "server-0")
    controlled = cluster.sets["server"]
    controlled.held = {0}
    await controlled.delete(0, 0)
    await asyncio.sleep(0.6)
    connecting = asyncio.create_task(stubborn.exec(["/usr/bin/env", "python3", "-c", _SPIN, ip, "3.5"], 60))
    controlled.held = set()
    return json.loads((await connecting).output)


async def liveness(cluster: Cluster, events: Events) -> Any:
    """A container whose liveness fails: killed with grace, restarted at once, then only after back-off."""
    cluster.apply()
    await _running(cluster, "sickly-0", "main")
    until = time.monotonic() + 14
    while time.monotonic() < until:
        await asyncio.sleep(0.2)
    return [[at, f"{kind} {text}"] for at, kind, subject, text in events if subject == "sickly-0/main"]
