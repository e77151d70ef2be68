"""Node: a machine whose root file system is unpacked Debian packages, with containerd, kubelet and kube-proxy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threenodes import address, image, network
from threenodes.identity import ADMIN

if TYPE_CHECKING:
    from threenodes.controlplane import ControlPlane
    from threenodes.machine import Machine
    from threenodes.places import Places

# The kubelet writes these and insists that they read back. In a node they are files: the real machine keeps its own.
_SYSCTLS = {
    "vm/overcommit_memory": 1,
    "vm/panic_on_oom": 0,
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "kernel/keys/root_maxkeys": 1000000,
    "kernel/keys/root_maxbytes": 25000000,
}

# Arguments: root, folder of the node, folders of programs and images. Everything mounted here goes with the machine.
_TURN_ROOT = """
root=$1 node=$2
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --rbind /dev "$root/dev"
mount -t sysfs sys "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
mount -t proc proc "$root/proc"
for name in run tmp; do mount -t tmpfs "$name" "$root/$name"; done
mount --bind "$node/lib" "$root/var/lib"
mount --bind "$node/log" "$root/var/log"
mount --bind "$node/etc" "$root/etc/node"
mount --bind "$3" "$root/opt/kubernetes"
mount --bind "$4" "$root/opt/images"
mount --bind "$5" "$root/opt/kube-router"
(cd "$node/sysctl" && find . -type f) | while read -r name; do
  mount --bind "$node/sysctl/$name" "$root/proc/sys/$name"
done
cd "$root"
pivot_root . old
umount -l /old
# Volumes that the kubelet mounts are to be seen by containers that run already.
mount --make-rshared /
"""

_KUBERNETES = "/opt/kubernetes"
_CONFIG = "/etc/node"
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Node:
    """One node of a cluster, counted from 1; ``client`` is for applications only."""

    number: int
    machine: Machine
    control_plane: ControlPlane
    places: Places
    nodes: int
    client: bool = False

    @property
    def name(self) -> str:
        """As kubectl has it."""
        return self.machine.name

    def start(self, *, tied: bool) -> None:
        """Power on: everything that a node needs to become ready."""
        self._write_configuration()
        self._make_cgroups()
        places = self.places
        mounted = (places.node, self.machine.folder, places.kubernetes, places.images, places.kube_router)
        self.machine.start(_TURN_ROOT, *mounted, tied=tied)
        network.plug(self.control_plane.machine, self.machine, self.number, self.nodes)
        self.machine.spawn("containerd", ["containerd", "--config", f"{_CONFIG}/containerd.toml"])

    def start_kubelet(self) -> None:
        """The rest, once containerd answers: images, kubelet, kube-proxy."""
        image.load(self.machine, self.places)
        taint = ["--register-with-taints=application=only:NoSchedule"] if self.client else []
        self.machine.spawn(
            "kubelet",
            [
                f"{_KUBERNETES}/kubelet",
                f"--config={_CONFIG}/kubelet.json",
                f"--kubeconfig={_CONFIG}/kubelet.kubeconfig",
                f"--hostname-override={self.name}",
                f"--node-ip={address.node(self.number)}",
                f"--node-labels=topology.kubernetes.io/zone=zone{self.number}",
                *taint,
            ],
        )
        self.machine.spawn("kube-proxy", [f"{_KUBERNETES}/kube-proxy", f"--config={_CONFIG}/proxy.json"])

    def enforce_policies(self) -> None:
        """Network policies from now on; kube-router gives up where the API server does not know the node yet."""
        self.machine.spawn(
            "kube-router",
            [
                "/opt/kube-router/kube-router",
                # Network policies only: routes and Services are others'.
                *("--run-firewall=true", "--run-router=false", "--run-service-proxy=false"),
                f"--kubeconfig={_CONFIG}/kube-router.kubeconfig",
                f"--hostname-override={self.name}",
                f"--service-cluster-ip-range={address.SERVICES}",
                "--health-port=0",
            ],
            NODE_NAME=self.name,
        )

    def power_off(self) -> None:
        """Cut the power; the disk stays."""
        if self.control_plane.machine.first_process is not None:
            # The kernel ends a machine by ending its processes, and would close each connection with a word to the
            # other side. Power that is gone says nothing.
            network.unplug(self.control_plane.machine, self.number)
        self.machine.stop()
        self._remove_cgroups()

    def _write_configuration(self) -> None:
        folder = self.machine.folder
        for name in ("lib", "log", "etc/cni"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        identity = self.control_plane.identity
        texts = {
            "etc/kubelet.kubeconfig": identity.kubeconfig(f"system:node:{self.name}", address.API),
            "etc/proxy.kubeconfig": identity.kubeconfig("system:kube-proxy", address.API),
            "etc/kube-router.kubeconfig": identity.kubeconfig(ADMIN, address.API),
            "etc/kubelet.json": json.dumps(self._kubelet()),
            "etc/proxy.json": json.dumps(self._proxy()),
            "etc/cni/10-pods.conflist": json.dumps(self._pod_network()),
            "etc/containerd.toml": _CONTAINERD,
            # Names outside of the cluster do not exist.
            "etc/resolv.conf": "",
            **{f"sysctl/{name}": f"{value}\n" for name, value in _SYSCTLS.items()},
        }
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    def _kubelet(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            # No one but the control plane's machine reaches it.
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{self._cgroup}",
            "failCgroupV1": False,
            "failSwapOn": False,
            "clusterDNS": [address.DNS],
            "clusterDomain": "cluster.local",
            "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
            "resolvConf": f"{_CONFIG}/resolv.conf",
            "volumePluginDir": "/var/lib/kubelet/plugins",
            # The disk and the memory are the real machine's: how full they are says nothing here.
            "evictionHard": {
                "memory.available": "100Mi",
                "nodefs.available": "1%",
                "imagefs.available": "1%",
            },
            "imageGCHighThresholdPercent": 100,
        }

    def _proxy(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "clientConnection": {"kubeconfig": f"{_CONFIG}/proxy.kubeconfig"},
            "clusterCIDR": address.PODS,
            "hostnameOverride": self.name,
            "mode": "iptables",
            # The tables of connections are limited for the real machine.
            "conntrack": {"maxPerCore": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        }

    def _pod_network(self) -> dict[str, Any]:
        ipam = {
            "type": "host-local",
            "ranges": [[{"subnet": address.pods(self.number)}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        }
        bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "hairpinMode": True, "ipam": ipam}
        return {"cniVersion": "0.4.0", "name": "pods", "plugins": [bridge, {"type": "portmap"}]}

    @property
    def _cgroup(self) -> str:
        # Two clusters in two folders do not meet anywhere else.
        return f"{self.machine.folder.parent.name}-{self.name}"

    def _make_cgroups(self) -> None:
        for controller in _controllers():
            own = controller / self._cgroup
            own.mkdir(exist_ok=True)
            for name in ("cpuset.cpus", "cpuset.mems"):
                if (own / name).exists():
                    (own / name).write_text((controller / name).read_text())

    def _remove_cgroups(self) -> None:
        # The kubelet makes one in the unified hierarchy, too, where that is mounted beside the others.
        for own in CGROUPS.glob(f"*/{self._cgroup}"):
            for folder in sorted((path for path in own.rglob("*") if path.is_dir()), reverse=True):
                folder.rmdir()
            own.rmdir()


def _controllers() -> list[Path]:
    """The mounted hierarchies of cgroup v1."""
    return [path for path in CGROUPS.iterdir() if path.is_dir() and (path / "cgroup.clone_children").exists()]


_CONTAINERD = f"""
version = 2
[plugins."io.containerd.grpc.v1.cri"]
# Less protection from the out-of-memory killer than asked for needs no right that this machine may lack.
restrict_oom_score_adj = true
sandbox_image = "{image.PAUSE}"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{_CONFIG}/cni"
"""
