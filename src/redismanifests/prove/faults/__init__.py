"""Faults: the ordered list of faults; each file is one fault, for every bench.

A rehearsal, a live cluster and the nodes of the tests are benches of one protocol (bench.py).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.prove.faults.fault import Fault

_MODULES = (
    "master_killed",
    "master_deleted",
    "master_force_deleted",
    "redis_rolled",
    "sentinels_rolled",
    "both_rolled",
    "sentinels_lost",
    "node_drained",
)
FAULTS: tuple[Fault, ...] = tuple(import_module(f"{__name__}.{each}").FAULT for each in _MODULES)
