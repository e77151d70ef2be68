"""Admission: what a namespace does to a pod and a claim, exactly as Kubernetes decides.

Nothing here knows Redis.
"""
