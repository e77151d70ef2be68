"""Drills: a running deployment is broken on purpose, and what came of it is measured.

What must not come in: how a deployment is reached (it comes through `probes.askable`), how results are shown.
"""
