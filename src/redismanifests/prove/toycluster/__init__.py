"""Toy cluster: a small Kubernetes of one node: pods as real processes, DNS, proxy, controllers.

It is independent of Redis.
"""
