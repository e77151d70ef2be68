"""Live: the cluster behind kubectl. `kubectl` is the one module that runs it; the others say what is asked through it.

Why: kubectl brings what every cluster's login needs (plugins, contexts, proxies), and a user has it already. What must
not come in: judgement of what is found; that is for probes.
"""
