"""Rehearse: the rendered pods as real processes on this machine, faults, measurements.

Why: what a deployment does when its master dies can be seen before anything is deployed. ``run(objects, scenario)``
takes parsed rendered objects, never a profile.
"""

from redismanifests.prove.rehearse.run import run

__all__ = ["run"]
