"""Network: a bridge in the control plane's machine, and a cable from it to every node.

Each node routes to the pods of the others over their nodes' addresses, as a cloud's routes or the simplest of CNI
networks do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from threenodes import address

if TYPE_CHECKING:
    from threenodes.machine import Machine


def lay(control_plane: Machine) -> None:
    """Make the bridge."""
    control_plane.run(
        *("ip", "-batch", "-"),
        text=f"link add br0 type bridge\naddr add {address.CONTROL_PLANE}/24 dev br0\nlink set br0 up\n",
    )
    control_plane.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")


def unplug(control_plane: Machine, number: int) -> None:
    """Take the cable of node ``number`` away, where there is one: from now on it says nothing to anybody."""
    name = f"node{number}"
    control_plane.run("sh", "-c", f"! ip link show {name} 2>&- || ip link delete {name}", namespaces=("net",))


def plug(control_plane: Machine, machine: Machine, number: int, nodes: int) -> None:
    """Connect node ``number`` of ``nodes``; a cable of an earlier life is gone with it."""
    routes = "".join(
        f"route add {address.pods(other)} via {address.node(other)}\n"
        for other in range(1, nodes + 1)
        if other != number
    )
    control_plane.run(
        *("ip", "-batch", "-"),
        # The number of the node's first process is the real machine's.
        namespaces=("net",),
        text=f"link add node{number} type veth peer name eth0 netns {machine.first_process}\n"
        f"link set node{number} master br0 up\n"
        f"route replace {address.pods(number)} via {address.node(number)}\n",
    )
    machine.run(
        *("ip", "-batch", "-"),
        text=f"addr add {address.node(number)}/24 dev eth0\nlink set eth0 up\n"
        f"route add default via {address.CONTROL_PLANE}\n{routes}",
    )
    machine.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    # Pods of one node that talk over a Service go through the bridge of that node: its packets need the rules too.
    machine.run("sh", "-c", "! cd /proc/sys/net/bridge 2>&- || echo 1 > bridge-nf-call-iptables")
