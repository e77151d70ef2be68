"""Measured: one scenario played once, and everything that was seen."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from endtoend import topology
from endtoend.scenario import Stage
from endtoend.watched import watched

if TYPE_CHECKING:
    from endtoend.application import Application
    from endtoend.combination import Combination
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground
    from endtoend.scenario import Scenario

FIRST_APPLY, RESTORED, AT_REST, UP = "first-apply", "restored", "at-rest", "up"
GROWN, SHRUNK = "redis-scaled-up", "redis-scaled-down"
SWITCHED, FULL = "persistence-switched", "all-disks-full"
LOSSES = (GROWN, SHRUNK, SWITCHED, FULL)
"""Results that no scenario gives."""
RESULTS = os.environ.get("RESULTS")
"""A file to which every repeat is added, a line each."""
_NOT_LOOKED_UP = "the writes could not be looked up"
_STEADY_S = 3.0
"""Writing before the fault and after the recovery, so that both ends of an outage are seen."""
WHOLE_LIMIT_S = 240.0
LOOK_S = 1.5
"""Two looks, and the time-out of one that nobody answers: so exactly a look tells how long something was."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One repeat; times in seconds. Where nothing was written (a first apply) there are no figures of writes."""

    deployment: str
    """Which combination of profile and addressing."""
    scenario: str
    whole_s: float
    problems: tuple[str, ...]
    load: float
    """Of the machine, at the end of the repeat."""
    versions: str
    outage_s: float = 0.0
    bound_s: float = 0.0
    """No outage may be longer."""
    paused_s: float = 0.0
    no_master_s: float = 0.0
    """Longest time for which any Sentinel handed out a member that was no master."""
    acknowledged: int = 0
    lost: int = 0
    stale_reads: int = 0
    """Answers of a master older than a write acknowledged before the question."""
    stale_s: float = 0.0
    """Longest time for which such answers came in a row."""
    killed: tuple[str, ...] = ()
    busiest: float = 0.0
    """At rest, of a core: the Sentinel that uses most."""
    backup_s: float = 0.0
    """From the Job of the CronJob until that is complete."""
    since_backup: int = 0
    """Acknowledged after the backup began, and so destroyed with the volumes."""

    def faults(self, scenario: Scenario) -> list[str]:
        """What does not hold of this repeat."""
        found = list(self.problems)
        if self.lost:
            found.append(f"{self.lost} acknowledged writes lost")
        bound = f"the bound is {self.bound_s:.1f} s"
        if self.outage_s > self.bound_s:
            found.append(f"outage of {self.outage_s:.2f} s, {bound}")
        if self.no_master_s > self.bound_s + LOOK_S:
            found.append(f"a Sentinel handed out what was no master for {self.no_master_s:.1f} s, {bound}")
        if scenario.planned and self.killed:
            found.append(f"killed at the end of the grace period: {', '.join(self.killed)}")
        return found

    def untold(self) -> list[str]:
        """What lacks for the table, where no bound is held against it."""
        return [each for each in self.problems if each == _NOT_LOOKED_UP] or (
            [] if self.acknowledged else ["no write was acknowledged"]
        )


def note(result: Measured) -> None:
    """Add it to the journal of results, where one is kept; table makes the table of it."""
    if RESULTS:
        with Path(RESULTS).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(asdict(result)) + "\n")


def wait_until_whole(
    deployed: Deployed, application: Application, limit_s: float = WHOLE_LIMIT_S
) -> list[str]:
    """Wait until topology and readiness are right; what is still wrong at the end."""
    until = time.monotonic() + limit_s
    while True:
        look = application.last_look()
        wrong = topology.problems(look) if look else ["no one looks"]
        if not wrong and not deployed.ready():
            wrong = ["a pod is not ready"]
        if not wrong or time.monotonic() > until:
            return wrong
        time.sleep(0.5)


def measure(
    scenario: Scenario,
    combination: Combination,
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
    hosts = deployed.hosts("redis")
    if scenario.not_first and master == deployed.members("redis")[0]:
        # The role goes elsewhere in an orderly way first.
        Stage(deployed, ground, combination.source, master).delete(master)
        time.sleep(5)
        wrong = wait_until_whole(deployed, application)
        assert not wrong, f"not whole before the fault: {wrong}"
        master = _master(deployed, application)
    time.sleep(_STEADY_S)
    with watched(deployed, room) as watch:
        fault_at = time.time()
        scenario.play(Stage(deployed, ground, combination.source, master))
        # What is still whole has not noticed yet.
        time.sleep(_STEADY_S)
        wrong = wait_until_whole(deployed, application)
        whole_s = time.time() - fault_at
        time.sleep(_STEADY_S)
        account, looks = application.finish(fault_at)
    if not account.complete:
        wrong.append(_NOT_LOOKED_UP)
    if RESULTS:
        # A bar that is missed fails nothing where the bound holds, and nobody would ever know why it was.
        kept = Path(f"{RESULTS}.said") / f"{combination.name}-{scenario.name}-{fault_at:.0f}.log"
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(watch.said.read_bytes())
    return Measured(
        deployment=combination.name,
        scenario=scenario.name,
        outage_s=round(account.outage_s, 2),
        bound_s=round(scenario.bound(deployed.recovery(combination.dns_ttl_s)), 1),
        paused_s=round(account.paused_s, 2),
        whole_s=round(whole_s, 1),
        no_master_s=round(topology.handed_out_no_master_for(looks, hosts), 1),
        acknowledged=account.acknowledged,
        lost=len(account.lost),
        stale_reads=account.stale_reads,
        stale_s=round(account.stale_s, 2),
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
