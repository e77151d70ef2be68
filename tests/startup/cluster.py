"""A cluster's network in miniature: six pods in network namespaces, one ClusterIP Service each, a node between.

The node translates a Service's address to its pod, or answers with ICMP "port unreachable" when the Service
has no endpoint, as kube-proxy does. Needs root, ip and nft. The scripts run as they do in a pod, except that a
process is not PID 1.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .conftest import REDIS, SENTINELS, Container, Pod, make_pod

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

REDIS_CONF = """bind *
port 6379
protected-mode no
appendonly yes
appendfsync everysec
save ""
min-replicas-to-write 1
repl-diskless-sync-delay 0
shutdown-on-sigterm nosave force
"""
SENTINEL_CONF = """bind *
port 26379
protected-mode no
sentinel down-after-milliseconds mymaster 5000
sentinel failover-timeout mymaster 9000
sentinel parallel-syncs mymaster 1
sentinel deny-scripts-reconfig yes
"""
NODE_RULES = """
table ip kube {
  map endpoints { type ipv4_addr : ipv4_addr; }
  chain services { type nat hook prerouting priority -100; dnat to ip daddr map @endpoints; }
  chain empty { type filter hook forward priority 0; ip daddr 10.96.0.0/24 reject with icmp port-unreachable; }
  chain hairpin { type nat hook postrouting priority 100; ct status dnat masquerade; }
}
"""
PODS = (*REDIS, *SENTINELS)


def run(*command: str, stdin: str | None = None) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, input=stdin).stdout


def service(name: str) -> str:
    return f"10.96.0.{10 + PODS.index(name)}"


class Cluster:
    def __init__(self, root: Path) -> None:
        self.tag = f"rm{os.getpid()}"
        self.processes: dict[str, Container] = {}
        addresses = {pod: service(pod) for pod in PODS}
        self.pods: dict[str, Pod] = {}
        for pod in PODS:
            template = REDIS_CONF if pod in REDIS else SENTINEL_CONF
            self.pods[pod] = make_pod(
                root, pod, addresses, template=template, settings={"LOCAL": "127.0.0.1"}
            )
        self.root = root

    def __enter__(self) -> Self:
        node = f"{self.tag}n"
        run("ip", "netns", "add", node)
        self.node("ip", "link", "set", "lo", "up")
        self.node("ip", "link", "add", "out", "type", "bridge")
        self.node("ip", "link", "set", "out", "up")
        self.node("ip", "route", "add", "10.96.0.0/24", "dev", "out")
        self.node("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0")
        self.node("nft", "-f", "-", stdin=NODE_RULES)
        for number, pod in enumerate(PODS):
            name, link, gateway = self.namespace(pod), f"v{number}", f"10.244.{number}.1"
            run("ip", "netns", "add", name)
            self.node("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
            self.node("ip", "addr", "add", f"{gateway}/24", "dev", link)
            self.node("ip", "link", "set", link, "up")
            self.inside(pod, "ip", "link", "set", "lo", "up")
            self.inside(pod, "ip", "addr", "add", f"10.244.{number}.2/24", "dev", "eth0")
            self.inside(pod, "ip", "link", "set", "eth0", "up")
            self.inside(pod, "ip", "route", "add", "default", "via", gateway)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        for name in (*map(self.namespace, PODS), f"{self.tag}n"):
            subprocess.run(["ip", "netns", "del", name], check=False)

    def namespace(self, pod: str) -> str:
        return f"{self.tag}p{PODS.index(pod)}"

    def node(self, *command: str, stdin: str | None = None) -> str:
        return run("ip", "netns", "exec", f"{self.tag}n", *command, stdin=stdin)

    def inside(self, pod: str, *command: str) -> str:
        return run("ip", "netns", "exec", self.namespace(pod), *command)

    def endpoint(self, pod: str, *, present: bool) -> None:
        element = f"{{ {service(pod)} : 10.244.{PODS.index(pod)}.2 }}"
        self.node("nft", "add" if present else "delete", "element", "ip", "kube", "endpoints", element)

    def start(self, pod: str, shell: Sequence[str] = ("dash",)) -> None:
        script = self.pods[pod].config / ("redis-start.sh" if pod in REDIS else "sentinel-start.sh")
        with (self.root / pod / "log").open("ab") as log:
            self.processes[pod] = Container(
                ["ip", "netns", "exec", self.namespace(pod), *shell, str(script)],
                env=self.pods[pod].env, stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self, pod: str, *, gracefully: bool) -> None:
        process = self.processes.pop(pod)
        process.terminate() if gracefully else process.kill()
        process.wait()

    def script(self, pod: str, name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["ip", "netns", "exec", self.namespace(pod), "dash", str(self.pods[pod].config / name)],
            env=self.pods[pod].env, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def cli(self, pod: str, *command: str) -> str:
        port = "6379" if pod in REDIS else "26379"
        done = subprocess.run(
            ["ip", "netns", "exec", self.namespace(pod), "timeout", "2", "redis-cli", "-p", port, *command],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.strip()

    def ticks(self, pod: str) -> int:
        stat = Path(f"/proc/{self.processes[pod].pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(stat[11]) + int(stat[12])

    def cpu(self, pod: str, seconds: float = 2.0) -> float:
        """Per cent of one core over the next seconds."""
        before = self.ticks(pod)
        time.sleep(seconds)
        return 100 * (self.ticks(pod) - before) / os.sysconf("SC_CLK_TCK") / seconds

    def master(self, pod: str) -> str:
        named = self.cli(pod, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster").split()
        return next((p for p in REDIS if named and service(p) == named[0]), "")

    def wait(self, what: str, true: object, seconds: float = 60) -> float:
        began = time.monotonic()
        while not true():  # type: ignore[operator]
            assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
            time.sleep(0.1)
        return time.monotonic() - began

    def up(self) -> None:
        for pod in PODS:
            self.endpoint(pod, present=True)
            self.start(pod)
        self.wait("all six ready", self.all_ready)

    def all_ready(self) -> bool:
        return all(
            self.script(pod, "redis-ready.sh" if pod in REDIS else "sentinel-ready.sh").returncode == 0
            for pod in PODS
        )
