"""Probes: is this deployment what was asked for, and would it survive? Asked of Redis and Sentinel, with evidence.

Why: healthy-looking is not able to fail over; the hand-built deployment passed 26 checks and could not. A rehearsal is
asked here as a live cluster is. What must not come in: how a deployment is reached (it comes through `askable`),
waiting, deadlines, and the kubelet's own probes (those are rehearse/probe.py).
"""
