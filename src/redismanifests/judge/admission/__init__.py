"""Admission: how a namespace changes or refuses a pod or a claim, exactly as Kubernetes decides.

It is independent of Redis.
"""
