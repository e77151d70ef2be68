"""Network: sets addresses and routes of node and pods with iproute2.

Every pod has a veth pair of its own, and the node routes all its traffic, as with the usual network plug-ins. So the
proxy's rules apply to each packet as on a real node, a refusal arrives while connect() runs, and packets to a deleted
pod are dropped silently, as between nodes.
"""

from __future__ import annotations

from pathlib import Path

from redismanifests.prove.toycluster.linux.namespace import in_sandbox
from redismanifests.prove.toycluster.linux.process import succeed

NODE_IP = "10.244.0.1"
DNS_IP = "10.96.0.10"
"""kubeadm's address of the cluster DNS."""
GATEWAY = "169.254.1.1"
_NODE_MAC = "ee:ee:ee:ee:ee:ee"
_POD_MAC = "02:00:00:00:00:02"
# An uplink without a peer: a bridge without ports accepts packets and drops them.
_NODE = f"""
link set lo up
link add uplink type bridge
link set uplink up
addr add 192.0.2.2/30 dev uplink
addr add {NODE_IP}/32 dev lo
addr add {DNS_IP}/32 dev lo
neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev uplink nud permanent
route add default via 192.0.2.1 dev uplink src {NODE_IP}
"""


def _set(key: str, value: str) -> None:
    Path("/proc/sys/net/ipv4", key).write_text(value, encoding="ascii")


async def make_node() -> None:
    """Set up the node's own interfaces and routing."""
    await succeed(["ip", "-batch", "-"], text=_NODE)
    _set("ip_forward", "1")
    for scope in ("all", "default"):
        # Answers from a pod's own Service return on the interface that they came from.
        _set(f"conf/{scope}/rp_filter", "0")
        _set(f"conf/{scope}/send_redirects", "0")


def _cable(ip: str) -> str:
    third, fourth = ip.split(".")[2:]
    return f"pod{third}-{fourth}"


async def plug(sandbox: int, ip: str) -> None:
    """Connect the pod of ``sandbox`` to the node, and set its address."""
    cable = _cable(ip)
    await succeed(
        ["ip", "-batch", "-"],
        text=f"""
link add {cable} address {_NODE_MAC} type veth peer name eth0 address {_POD_MAC} netns {sandbox}
link set {cable} up
neigh add {ip} lladdr {_POD_MAC} dev {cable} nud permanent
route add {ip}/32 dev {cable} src {NODE_IP}
""",
    )
    await succeed(
        in_sandbox(sandbox, ["ip", "-batch", "-"]),
        text=f"""
link set lo up
link set eth0 up
addr add {ip}/32 dev eth0
neigh add {GATEWAY} lladdr {_NODE_MAC} dev eth0 nud permanent
route add {GATEWAY} dev eth0
route add default via {GATEWAY}
""",
    )


async def unplug(ip: str) -> None:
    """Remove the pod's interface: packets to its address are then dropped."""
    await succeed(["ip", "link", "delete", _cable(ip)])
