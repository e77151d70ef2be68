"""Three real nodes on one machine: kubelet, containerd, kube-proxy, CoreDNS, and a control plane.

A machine of this cluster is a set of namespaces that ends with its first process; nothing of the real machine is
changed. ``python -m threenodes up`` in tests/ brings it up, ``down`` takes it down.
"""
