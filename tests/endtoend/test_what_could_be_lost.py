"""What 0.1.0 lost, on real nodes: members come and go, the files change their form, every volume is full."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from endtoend.application import Application
from endtoend.measured import FULL, GROWN, SHRUNK, SWITCHED, Measured, note, wait_until_whole
from redismanifests.profile.formulas.startup import ROUND_SECONDS, SYNC_SECONDS
from redismanifests.prove.rehearse.measure.recovery import RECONNECT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from endtoend.combination import Combination
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.measure.traffic import Account
    from threenodes.machine import Machine

pytestmark = [pytest.mark.slow, pytest.mark.release, pytest.mark.cluster]

REPEATS = int(os.environ.get("REPEATS", "1"))
KEYS = 1000
WRITTEN = "".join(
    f"SET before:{number} {number} EX 86400\nHSET hash:{number} field {number}\n" for number in range(KEYS)
)
ASKED = "".join(
    f"GET before:{number}\nEXPIRETIME before:{number}\nHGETALL hash:{number}\n" for number in range(KEYS)
)
ANY_NODE = "\nspread:\n  hard: []\n"
"""Five Redis find no five nodes here."""
THREE, FIVE = "redis:\n  replicas: 3", "redis:\n  replicas: 5"
FILE_ON, FILE_OFF = "aof:\n    enabled: true", "aof:\n    enabled: false"
FORGOTTEN_S = 120.0
"""No one may know a member of the past for longer."""
ROLLED = "--timeout=600s"
FULL_S = 180.0
SIZE = "64m"
STEADY_S = 3.0


@dataclass
class Seen:
    """An application that writes through a test, and data of before that no one touches."""

    first: Application
    before: list[str]

    @classmethod
    def of(cls, deployed: Deployed, ground: Ground) -> Seen:
        """Write both."""
        first = Application(deployed, ground.application_image)
        first.remove()
        first.start()
        assert wait_until_whole(deployed, first) == []
        master = led(deployed)
        deployed.answers(master, WRITTEN)
        before = deployed.answers(master, ASKED)
        assert len(before) >= 3 * KEYS
        first.wait_until_writing()
        return cls(first, before)

    def end(self, since: float) -> Account:
        """End the application; what it saw from then on."""
        account, _ = self.first.finish(since)
        return account

    def whole(self, deployed: Deployed, ground: Ground, limit_s: float) -> list[str]:
        """What is wrong with the members that there are now, and with the data of before on each of them."""
        second = Application(deployed, ground.application_image)
        second.start()
        wrong = wait_until_whole(deployed, second, limit_s)
        second.remove()
        return wrong + [
            f"{pod} has not the data of before"
            for pod in deployed.members("redis")
            if deployed.answers(pod, ASKED) != self.before
        ]


def led(deployed: Deployed) -> str:
    """The pod that is master."""
    roles = {pod: deployed.answers(pod, "ROLE\n")[0] for pod in deployed.members("redis")}
    return next(pod for pod, role in roles.items() if role == "master")


def lead(deployed: Deployed, pod: str) -> None:
    """Let the Sentinels hand the role to one pod: no other one may be promoted, and they know it after an INFO."""
    if led(deployed) == pod:
        return
    others = [each for each in deployed.members("redis") if each != pod]
    for each in others:
        deployed.answers(each, "CONFIG SET replica-priority 0\n")
    time.sleep(12)
    sentinel = (deployed.members("sentinel")[0], "-c", "sentinel", "--", "redis-cli", "-p")
    port, name = str(deployed.port("sentinel")), deployed.master_name
    assert "OK" in deployed("exec", *sentinel, port, "SENTINEL", "FAILOVER", name).output
    until = time.monotonic() + 30
    while led(deployed) != pod:
        assert time.monotonic() < until, deployed.account()
        time.sleep(0.5)
    for each in others:
        deployed.answers(each, "CONFIG SET replica-priority 100\n")


def rolled_out(deployed: Deployed) -> None:
    """Both sets are through."""
    for component in ("redis", "sentinel"):
        name = deployed.stateful_set(component)["metadata"]["name"]
        deployed("rollout", "status", f"statefulset/{name}", ROLLED)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What a test came to, for the table."""

    scenario: str
    account: Account
    bound_s: float
    whole_s: float
    wrong: list[str]

    def judge(self, combination: Combination, versions: str) -> None:
        """Note it, then judge it."""
        result = Measured(
            deployment=combination.name,
            scenario=self.scenario,
            outage_s=round(self.account.outage_s, 2),
            bound_s=round(self.bound_s, 1),
            paused_s=round(self.account.paused_s, 2),
            whole_s=round(self.whole_s, 1),
            acknowledged=self.account.acknowledged,
            lost=len(self.account.lost),
            problems=tuple(self.wrong),
            load=round(os.getloadavg()[0], 1),
            versions=versions,
        )
        note(result)
        print(result)
        assert self.account.complete
        assert (self.wrong, result.lost) == ([], 0)
        assert result.outage_s <= result.bound_s


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_redis_become_more_and_fewer_and_no_one_remembers(
    repeat: int,
    deploy: Callable[..., Deployed],
    kept: list[Deployed],
    ground: Ground,
    combination: Combination,
    versions: str,
) -> None:
    """Each with the master where that is worst: on the pod with the oldest list, and on the one that goes."""
    kept.clear()
    deployed = deploy(ANY_NODE)
    deployed.wait_until_ready()
    for scenario, leader in ((GROWN, 0), (SHRUNK, -1)):
        lead(deployed, deployed.members("redis")[leader])
        seen = Seen.of(deployed, ground)
        time.sleep(STEADY_S)
        began = time.time()
        deployed = deployed.toggle(THREE, FIVE)
        rolled_out(deployed)
        time.sleep(STEADY_S)
        account = seen.end(began)
        wrong = seen.whole(deployed, ground, FORGOTTEN_S)
        recovery = deployed.recovery(combination.dns_ttl_s)
        # A replica that is gone holds up the failover of the pod that goes, as in the rehearsal.
        gone_s = recovery.failover_timeout_s if scenario == SHRUNK else 0.0
        Ending(
            scenario=scenario,
            account=account,
            bound_s=recovery.hang() + gone_s,
            whole_s=time.time() - began,
            wrong=wrong,
        ).judge(combination, versions)


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_what_a_server_will_not_load_is_converted_while_all_are_away(
    repeat: int,
    deploy: Callable[..., Deployed],
    kept: list[Deployed],
    ground: Ground,
    combination: Combination,
    versions: str,
) -> None:
    """From an append-only file to snapshots only, and back; outages count from `kubectl apply`."""
    kept.clear()
    deployed = deploy()
    deployed.wait_until_ready()
    for _ in ("off", "on"):
        seen = Seen.of(deployed, ground)
        time.sleep(STEADY_S)
        began = time.time()
        deployed.scale_to_nothing()
        deployed = deployed.toggle(FILE_ON, FILE_OFF)
        first_write_s = seen.first.wait_until_writing(deployed.applied_at, 180) - deployed.applied_at
        rolled_out(deployed)
        account = seen.end(began)
        wrong = seen.whole(deployed, ground, FORGOTTEN_S)
        bound_s = switched(deployed.recovery(combination.dns_ttl_s))
        Ending(
            scenario=SWITCHED,
            account=replace(account, outage_s=first_write_s),
            bound_s=bound_s,
            whole_s=time.time() - deployed.applied_at,
            wrong=wrong,
        ).judge(combination, versions)


def switched(recovery: Recovery) -> float:
    """As in the rehearsal's `persistence-switched`, without the time in which all stop."""
    return SYNC_SECONDS + recovery.power_loss() + 2 * ROUND_SECONDS + RECONNECT_S


@dataclass(frozen=True)
class Volume:
    """The folder of a claim on its node, small enough to be full."""

    machine: Machine
    path: str

    def shrink(self) -> None:
        """Put a small file system over it, while no pod uses it."""
        options = f"size={SIZE},mode=0777"
        self.machine.run("mount", "-t", "tmpfs", "-o", options, "small", self.path)

    def fill_for(self, seconds: float) -> None:
        """Not a byte is free for that time, whatever the server gives back meanwhile."""
        script = FILLED.format(path=self.path, seconds=int(seconds))
        self.machine.run("sh", "-c", script)


FILLED = """
end=$(($(date +%s) + {seconds})); at=0
while [ "$(date +%s)" -lt "$end" ]; do
  dd if=/dev/zero of={path}/filling.$at bs=64k 2>/dev/null
  dd if=/dev/zero of={path}/rest.$at bs=1 count=65536 2>/dev/null
  at=$((at + 1)); sleep 0.5
done
rm -f {path}/filling.* {path}/rest.*
"""


def volumes(deployed: Deployed, ground: Ground, component: str) -> Iterator[Volume]:
    """Those of the pods of a set."""
    assert ground.cluster is not None
    for pod in deployed.members(component):
        claim = deployed.json("get", "pvc", f"data-{pod}")
        volume = json.loads(ground.kubectl("get", "pv", claim["spec"]["volumeName"], "--output=json").output)
        node = volume["metadata"]["labels"]["node"]
        yield Volume(ground.cluster.node(node).machine, volume["spec"]["local"]["path"])


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_volumes_that_are_all_full_cost_writes_and_nothing_else(
    repeat: int,
    deploy: Callable[..., Deployed],
    kept: list[Deployed],
    ground: Ground,
    combination: Combination,
    versions: str,
) -> None:
    if ground.cluster is None:
        pytest.skip("volumes are made small on our own nodes, not on a contributor's")
    kept.clear()
    deployed = deploy()
    deployed.wait_until_ready()
    deployed.scale_to_nothing()
    small = list(volumes(deployed, ground, "redis"))
    for each in small:
        each.shrink()
    deployed("apply", "-f", deployed.profile.parent / "rendered")
    deployed.wait_until_ready()
    seen = Seen.of(deployed, ground)
    restarts = restarted(deployed)
    time.sleep(STEADY_S)
    began = time.time()
    refused = 0
    with ThreadPoolExecutor(len(small)) as pool:
        filling = [pool.submit(each.fill_for, FULL_S) for each in small]
        while not all(each.done() for each in filling):
            for pod in deployed.members("redis"):
                refused += deployed.answers(pod, "GET before:1\n") != ["1"]
            time.sleep(2)
        for filled in filling:
            filled.result()
    killed = restarted(deployed) - restarts
    time.sleep(STEADY_S)
    wrong = wait_until_whole(deployed, seen.first)
    whole_s = time.time() - began
    account = seen.end(began)
    wrong += seen.whole(deployed, ground, FORGOTTEN_S)
    wrong += [f"{refused} reads refused"] * bool(refused) + [f"{killed} containers restarted"] * bool(killed)
    recovery = deployed.recovery(combination.dns_ttl_s)
    Ending(
        scenario=FULL,
        account=account,
        bound_s=FULL_S + recovery.crash() + recovery.turned_away(),
        whole_s=whole_s,
        wrong=wrong,
    ).judge(combination, versions)


def restarted(deployed: Deployed) -> int:
    """How often containers of Redis began again."""
    pods = deployed.json("get", "pods", "--selector=app.kubernetes.io/component=redis")["items"]
    return sum(each["restartCount"] for pod in pods for each in pod["status"]["containerStatuses"])
