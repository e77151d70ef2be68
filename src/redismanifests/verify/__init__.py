"""Verify: asks a deployment everything once, or until it is well, and says what that amounts to.

Why: a cluster, a dump and a rehearsal are verified by one command with one verdict. What must not come in: a question
(those are probes), how anything is shown.
"""
