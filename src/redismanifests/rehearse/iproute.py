"""Network: addresses and routes of node and pods, through iproute2's ip.

Why: every pod hangs on a cable of its own and all its traffic is routed by the node, as with the usual network
plug-ins. So the proxy's rules see each packet where a real node sees it, a refusal arrives while connect() still runs,
and packets to a pod that is gone are dropped silently, as they are between nodes. What must not come in: Services.
"""

from __future__ import annotations

from pathlib import Path

from redismanifests.rehearse.namespace import in_sandbox
from redismanifests.rehearse.process import succeed

NODE_IP = "10.244.0.1"
DNS_IP = "10.96.0.10"
"""kubeadm's address of the cluster DNS."""
GATEWAY = "169.254.1.1"
_NODE_MAC = "ee:ee:ee:ee:ee:ee"
_POD_MAC = "02:00:00:00:00:02"
# An uplink that leads nowhere: a bridge without ports takes packets and forgets them.
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
    """Bring up the node's own interfaces and let it route."""
    await succeed(["ip", "-batch", "-"], text=_NODE)
    _set("ip_forward", "1")
    for scope in ("all", "default"):
        # Answers to a pod's own Service come back through the cable that they came from.
        _set(f"conf/{scope}/rp_filter", "0")
        _set(f"conf/{scope}/send_redirects", "0")


def _cable(ip: str) -> str:
    third, fourth = ip.split(".")[2:]
    return f"pod{third}-{fourth}"


async def plug(sandbox: int, ip: str) -> None:
    """Give the pod behind ``sandbox`` its address and its cable to the node."""
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
    """Remove the pod's cable: from now on packets to its address go nowhere."""
    await succeed(["ip", "link", "delete", _cable(ip)])
