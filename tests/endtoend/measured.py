"""Measured: one scenario played once, and everything that was seen.

What must not come in: which scenarios there are; the table.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from endtoend import topology
from endtoend.killed import watched
from endtoend.scenario import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from endtoend.application import Application
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground
    from endtoend.scenario import Scenario

_STEADY_S = 3.0
"""Writing before the fault and after the recovery, so that both ends of an outage are seen."""
WHOLE_LIMIT_S = 240.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One repeat; times in seconds. Where nothing was written (a first apply) there are no figures of writes."""

    scenario: str
    whole_s: float
    problems: tuple[str, ...]
    load: float
    """Of the machine, at the end of the repeat."""
    versions: str
    outage_s: float = 0.0
    paused_s: float = 0.0
    named_old_s: float = 0.0
    acknowledged: int = 0
    lost: int = 0
    stale_reads: int = 0
    killed: tuple[str, ...] = ()

    def faults(self, scenario: Scenario) -> list[str]:
        """What does not hold of this repeat."""
        found = list(self.problems)
        if self.lost:
            found.append(f"{self.lost} acknowledged writes lost")
        if self.outage_s > scenario.bound_s:
            found.append(f"outage of {self.outage_s:.2f} s, the bound is {scenario.bound_s} s")
        if scenario.planned and self.killed:
            found.append(f"killed at the end of the grace period: {', '.join(self.killed)}")
        return found

    def as_json(self) -> dict[str, object]:
        """For the journal of results."""
        return asdict(self)


def wait_until_whole(
    deployed: Deployed, application: Application, limit_s: float = WHOLE_LIMIT_S
) -> list[str]:
    """Wait until topology and readiness are right; what is still wrong at the end."""
    until = time.monotonic() + limit_s
    while True:
        look = application.last_look()
        wrong = topology.problems(look) if look else ["nobody looks"]
        if not wrong and not deployed.ready():
            wrong = ["a pod is not ready"]
        if not wrong or time.monotonic() > until:
            return wrong
        time.sleep(0.5)


def measure(
    scenario: Scenario,
    deployed: Deployed,
    ground: Ground,
    application: Application,
    room: Path,
    versions: str,
) -> Measured:
    """Play ``scenario`` on a deployment that is whole and written to."""
    wrong = wait_until_whole(deployed, application)
    assert not wrong, f"not whole before the fault: {wrong}"
    master = _master(deployed, application)
    if scenario.not_first and master == deployed.members("redis")[0]:
        # The role goes elsewhere in an orderly way first.
        Stage(deployed, ground, master).delete(master)
        time.sleep(5)
        wrong = wait_until_whole(deployed, application)
        assert not wrong, f"not whole before the fault: {wrong}"
        master = _master(deployed, application)
    time.sleep(_STEADY_S)
    with watched(deployed, room / "pods.json") as watch:
        fault_at = time.time()
        scenario.play(Stage(deployed, ground, master))
        # What is still whole has not noticed yet.
        time.sleep(_STEADY_S)
        wrong = wait_until_whole(deployed, application)
        whole_s = time.time() - fault_at
        time.sleep(_STEADY_S)
        account, looks = application.finish(fault_at)
    if not account.complete:
        wrong.append("the writes could not be looked up")
    return Measured(
        scenario=scenario.name,
        outage_s=round(account.outage_s, 2),
        paused_s=round(account.paused_s, 2),
        whole_s=round(whole_s, 1),
        named_old_s=round(topology.named_old_for(looks), 1),
        acknowledged=account.acknowledged,
        lost=len(account.lost),
        stale_reads=account.stale_reads,
        killed=tuple(watch.killed()),
        problems=tuple(wrong),
        load=round(os.getloadavg()[0], 1),
        versions=versions,
    )


def _master(deployed: Deployed, application: Application) -> str:
    look = application.last_look()
    ordinal = topology.master_of(look) if look else None
    assert ordinal is not None, "there is no one master"
    return deployed.members("redis")[ordinal]
