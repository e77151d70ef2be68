"""Address: who has which address in the cluster, and where the control plane is reached."""

from __future__ import annotations

PREFIX = "10.123.0"
"""The network between the machines."""
CONTROL_PLANE = f"{PREFIX}.1"
API_PORT = 6443
API = f"https://{CONTROL_PLANE}:{API_PORT}"
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
"""kube-apiserver gives its own Service the first address."""
DNS = "10.96.0.10"
"""kubeadm's."""
PODS = "10.244.0.0/16"


def node(number: int) -> str:
    """The address of a node, counted from 1."""
    return f"{PREFIX}.{10 + number}"


def pods(number: int) -> str:
    """The addresses of a node's pods."""
    return f"10.244.{number}.0/24"
