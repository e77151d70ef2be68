"""Live: a cluster, accessed by kubectl. Only the module `kubectl` runs it.

kubectl supports every cluster's login (plugins, contexts, proxies), and users have it already.
"""
