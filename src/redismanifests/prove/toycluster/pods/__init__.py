"""Pods: a sandbox with an address, its volumes, and containers kept running by a kubelet."""
