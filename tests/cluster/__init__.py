"""Cluster: a real Kubernetes under the tests, and what it says of what is rendered.

Today its first level: etcd and kube-apiserver, which store, default, validate and admit, and run nothing.
"""
