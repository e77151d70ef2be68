"""Combination: which profile the suite deploys, how its members name each other, and how long DNS remembers.

DEPLOYMENTS chooses: names with commas between them, or ``all``; unset, it is the reference by Services.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployment import REFERENCE, TOP

if TYPE_CHECKING:
    from pathlib import Path

KUBEADM_TTL_S = 30
"""What kubeadm's Corefile says."""
PLUGIN_TTL_S = 5
"""The default of CoreDNS' plugin kubernetes, where the Corefile says nothing."""
BY_NAME = "\naddressing:\n  mode: hostname\n"


@dataclass(frozen=True)
class Source:
    """A committed profile, and two texts that a change of a setting toggles in it."""

    name: str
    path: Path
    settings: tuple[str, str]
    engine: str = "redis"
    more: str = ""
    """What is added to it, so that it finds its places on three nodes."""


_REFERENCE = Source("reference", REFERENCE, ("{after: 15m, changes: 1}", "{after: 16m, changes: 1}"))
_PRODUCTION = Source(
    "production",
    TOP / "tests" / "profiles" / "plain-production.yaml",
    ("- lazyfree-lazy-expire yes", "- lazyfree-lazy-expire no"),
    "valkey",
    # Five Sentinels that must not share a node ask for five nodes.
    "\nspread:\n  hard: []\n",
)


@dataclass(frozen=True)
class Combination:
    """One of those that a block of the table is for."""

    source: Source
    by_name: bool = False
    dns_ttl_s: int = KUBEADM_TTL_S

    @property
    def name(self) -> str:
        """As DEPLOYMENTS has it, and the table."""
        return f"{self.source.name}-{f'hostname-{self.dns_ttl_s}' if self.by_name else 'service'}"

    @property
    def more(self) -> str:
        """What is added to the profile."""
        return self.source.more + (BY_NAME if self.by_name else "")

    @property
    def judged(self) -> bool:
        """Whether bounds hold: with names that DNS remembers for 30 s the table only shows what that costs."""
        return not (self.by_name and self.dns_ttl_s > PLUGIN_TTL_S)


COMBINATIONS = tuple(
    Combination(source, by_name, ttl_s)
    for source in (_REFERENCE, _PRODUCTION)
    for by_name, ttl_s in ((False, KUBEADM_TTL_S), (True, PLUGIN_TTL_S), (True, KUBEADM_TTL_S))
)


def chosen() -> list[Combination]:
    """Those that this run is asked for."""
    asked = os.environ.get("DEPLOYMENTS", COMBINATIONS[0].name)
    if asked == "all":
        return list(COMBINATIONS)
    there = {each.name: each for each in COMBINATIONS}
    if unknown := [name for name in asked.split(",") if name not in there]:
        raise SystemExit(f"DEPLOYMENTS: {', '.join(unknown)} is none of all, {', '.join(there)}")
    return [there[name] for name in asked.split(",")]
