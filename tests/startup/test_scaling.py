"""Scaling with real processes: lists of members of different age, and members of the past."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from .conftest import make_pod, require
from .test_processes import PODS, Members, range_of_its_own, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.slow

MORE = (*PODS, "redis-3", "redis-sentinel-3")


def list_of(kind: str, number: int) -> tuple[str, ...]:
    return tuple(f"{kind}-{ordinal}" for ordinal in range(number))


class Growing(Members):
    """As many as eight pods; the list of each is as old as it is given."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.addresses = {pod: f"{range_of_its_own()}.{n + 1}" for n, pod in enumerate(MORE)}
        self.pods |= {pod: self.make(pod) for pod in MORE if pod not in self.pods}
        for pod in self.pods.values():
            pod.env.update(
                {f"{p.upper().replace('-', '_')}_SERVICE_HOST": a for p, a in self.addresses.items()}
            )

    def lists(self, pod: str, redis: int, sentinels: int) -> None:
        """What the settings of a pod list."""
        settings = self.pods[pod].config / "settings.sh"
        values = {}
        for prefix, kind, number in (("REDIS", "redis", redis), ("SENTINEL", "redis-sentinel", sentinels)):
            values[f"{prefix}_PODS"] = " ".join(list_of(kind, number))
            values[f"{prefix}_HOSTS"] = " ".join(f"{p}.shop.svc.cluster.local" for p in list_of(kind, number))
        values["SENTINEL_IDS"] = " ".join(digit * 40 for digit in "abcd"[:sentinels])
        kept = [line for line in settings.read_text().splitlines() if line.partition("=")[0] not in values]
        settings.write_text("\n".join([*kept, *(f"{k}='{v}'" for k, v in values.items()), ""]))

    def known(self, sentinel: str) -> tuple[int, int]:
        """How many replicas and other Sentinels it knows; zeros while it does not answer."""
        lines = self.cli(sentinel, "SENTINEL", "MASTER", "mymaster").splitlines()
        said = dict(zip(lines[::2], lines[1::2], strict=False))
        return int(said.get("num-slaves", 0)), int(said.get("num-other-sentinels", 0))

    def named(self, sentinel: str) -> str:
        return self.cli(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster").split("\n")[0]


@pytest.fixture
def eight(tmp_path: Path) -> Iterator[Growing]:
    require("redis-server", "redis-cli", "timeout", "getent")
    growing = Growing(tmp_path)
    yield growing
    for pod in growing.running:
        print(f"---- {pod}\n{growing.log(pod)}")
    growing.kill(*list(growing.running))


def up(eight: Growing, pods: Sequence[str], redis: int, sentinels: int) -> None:
    for pod in pods:
        eight.lists(pod, redis, sentinels)
    eight.start(*pods)
    until(eight.ready)


def prefer(eight: Growing, pod: str) -> None:
    """Let every Sentinel choose this one next."""
    eight.cli(pod, "CONFIG", "SET", "replica-priority", "1")
    sentinels = [p for p in eight.running if "sentinel" in p]

    def seen(sentinel: str) -> bool:
        entries = eight.cli(sentinel, "SENTINEL", "REPLICAS", "mymaster").split("name\n")
        return any(eight.addresses[pod] in e and "slave-priority\n1\n" in e for e in entries)

    until(lambda: all(seen(sentinel) for sentinel in sentinels))


@pytest.mark.parametrize("seconds_until_renewed", [None, 0])
def test_a_hook_whose_list_is_old_hands_over_to_a_replica_that_is_new(
    eight: Growing, seconds_until_renewed: int | None
) -> None:
    """Three became four: the old master is replaced last, and the new one was promoted."""
    up(eight, PODS, 3, 3)
    eight.lists("redis-3", 4, 3)
    eight.start("redis-3")
    until(eight.ready)
    prefer(eight, "redis-3")
    if seconds_until_renewed == 0:
        eight.lists("redis-0", 4, 3)
    acknowledged, stop = [], threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            if eight.cli("redis-0", "SET", f"key:{number}", str(number)) == "OK":
                acknowledged.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(1)
    assert eight.pods["redis-0"].run("redis-handover.sh").returncode == 0
    stop.set()
    writer.join()
    eight.kill("redis-0")
    said = eight.hook("redis-0")
    assert f"handed over to {eight.addresses['redis-3']}: OK" in said
    assert "writes go on" not in said[: said.index("handed over")]
    # What the hook's pause held back is answered by a replica that refuses it: not acknowledged, and not lost.
    there = {n for n in acknowledged if eight.cli("redis-3", "GET", f"key:{n}") == str(n)}
    assert len(acknowledged) > 10
    assert sorted(set(acknowledged) - there) == []


def test_a_master_that_is_no_longer_in_its_own_list_hands_over(eight: Growing) -> None:
    """Four became three, and the new list reached the pod before its hook ran."""
    up(eight, (*PODS, "redis-3"), 4, 3)
    prefer(eight, "redis-3")
    assert eight.cli("redis-sentinel-0", "SENTINEL", "FAILOVER", "mymaster") == "OK"
    until(lambda: all(eight.named(s) == eight.addresses["redis-3"] for s in list_of("redis-sentinel", 3)))
    until(eight.ready)
    eight.lists("redis-3", 3, 3)
    assert eight.probe("redis-3", "redis-ready.sh") == 0
    assert eight.pods["redis-3"].run("redis-handover.sh").returncode == 0
    assert "handed over to" in eight.hook("redis-3")
    assert eight.cli("redis-3", "ROLE").startswith("slave")


def test_a_sentinel_with_the_new_list_helps_to_move_a_master_that_goes(eight: Growing) -> None:
    """The master is a member of the past for it. Without it there would be no majority after the death of another."""
    up(eight, (*PODS, "redis-3"), 4, 3)
    prefer(eight, "redis-3")
    eight.cli("redis-sentinel-0", "SENTINEL", "FAILOVER", "mymaster")
    until(lambda: all(eight.named(s) == eight.addresses["redis-3"] for s in list_of("redis-sentinel", 3)))
    eight.kill("redis-sentinel-2", "redis-sentinel-1")
    eight.lists("redis-sentinel-2", 3, 3)
    eight.start("redis-sentinel-2")
    until(lambda: eight.named("redis-sentinel-2") == eight.addresses["redis-3"])
    eight.kill("redis-3")
    until(lambda: eight.named("redis-sentinel-2") != eight.addresses["redis-3"])
    until(lambda: eight.named("redis-sentinel-0") != eight.addresses["redis-3"])
    assert eight.named("redis-sentinel-0") == eight.named("redis-sentinel-2")


def test_sentinels_forget_members_of_the_past_one_after_the_other(eight: Growing) -> None:
    """They know of a fourth Redis and a fourth Sentinel, which are gone; no two are away at once."""
    up(eight, MORE, 4, 4)
    sentinels = list_of("redis-sentinel", 3)
    eight.kill("redis-3", "redis-sentinel-3")
    for pod in PODS:
        eight.lists(pod, 3, 3)
    assert [eight.known(sentinel) for sentinel in sentinels] == [(3, 3)] * 3
    most, end, master = 0, time.monotonic() + 120, eight.named("redis-sentinel-0")
    while [eight.known(sentinel) for sentinel in sentinels] != [(2, 2)] * 3:
        assert time.monotonic() < end, [eight.known(sentinel) for sentinel in sentinels]
        for sentinel in sentinels:
            eight.probe(sentinel, "sentinel-ready.sh")
        time.sleep(1)
        gone = [s for s in sentinels if eight.running[s].poll() is not None]
        most = max(most, len(gone))
        # As the kubelet does.
        for sentinel in gone:
            del eight.running[sentinel]
            eight.start(sentinel)
            until(lambda s=sentinel: eight.named(s) == master)  # type: ignore[misc]
    assert most == 1
    for sentinel in sentinels:
        assert "are known, 2 and 2 are members: beginning again" in eight.hook(sentinel)
    assert eight.ready()


def test_a_sentinel_that_knows_a_newer_member_than_its_list_stays(eight: Growing) -> None:
    """Three became four, and the list of this pod is old: no one is forgotten, dead or alive, until all are well."""
    up(eight, PODS, 3, 3)
    eight.lists("redis-3", 4, 3)
    eight.start("redis-3")
    until(lambda: all(eight.known(s) == (3, 2) for s in list_of("redis-sentinel", 3)))
    time.sleep(4)
    assert eight.probe("redis-sentinel-0", "sentinel-ready.sh") == 0
    eight.kill("redis-3", "redis-2")
    time.sleep(20)
    eight.probe("redis-sentinel-0", "sentinel-ready.sh")
    time.sleep(1)
    assert eight.running["redis-sentinel-0"].poll() is None


def test_a_start_that_waits_goes_by_the_list_of_today(eight: Growing, shell: tuple[str, ...]) -> None:
    """The old list does not name the master; the kubelet renews it while the start waits."""
    up(eight, PODS, 3, 3)
    eight.lists("redis-3", 4, 3)
    eight.start("redis-3")
    until(eight.ready)
    prefer(eight, "redis-3")
    eight.kill("redis-0")
    until(lambda: all(eight.named(s) == eight.addresses["redis-3"] for s in list_of("redis-sentinel", 3)))
    eight.start("redis-0", shell=shell)
    until(lambda: "which is in no list of mine" in eight.log("redis-0"))
    assert eight.cli("redis-0", "PING") == ""
    eight.lists("redis-0", 4, 3)
    until(lambda: "the settings have changed: beginning again" in eight.log("redis-0"))
    until(lambda: eight.cli("redis-0", "ROLE").split("\n")[:2] == ["slave", eight.addresses["redis-3"]])


CLI_THAT_PLAYS = """#!/bin/sh
# redis-cli of a master with two replicas, whose Sentinels promote someone that no one here knows.
echo "$*" >>{log}
case $* in
  *'INFO replication')
    printf 'role:master\\nconnected_slaves:2\\nmaster_repl_offset:7\\n'
    for each in 11 12; do
      printf 'slave0:ip=10.96.0.%s,port=6379,state=online,offset=7,lag=0\\n' $each
    done ;;
  *'SENTINEL MASTER'*)
    named=10.96.0.10 epoch=3
    if grep -q 'SENTINEL FAILOVER' {log}; then named={named} epoch=4; fi
    case $* in *{deaf}*) named=10.96.0.10 epoch=3 ;; esac
    printf 'ip\\n%s\\nflags\\nmaster\\nconfig-epoch\\n%s\\n' $named $epoch ;;
  *'INFO sentinel') echo sentinel_tilt:0 ;;
  *) echo OK ;;
esac
"""


@pytest.mark.parametrize(
    ("deaf", "paused"), [("nobody", True), ("10.96.0.1[45]", False)], ids=["a majority", "one of three"]
)
def test_writes_stay_paused_where_a_majority_names_somebody_unknown(
    tmp_path: Path, shell: tuple[str, ...], deaf: str, *, paused: bool
) -> None:
    """Applications are there by then; what is acknowledged here would be lost. It is never followed."""
    require("timeout")
    tools, log = tmp_path / "bin", tmp_path / "asked"
    tools.mkdir()
    text = CLI_THAT_PLAYS.format(log=log, named="10.96.9.99", deaf=deaf)
    (tools / "redis-cli").write_text(text)
    (tools / "redis-cli").chmod(0o755)
    addresses = {pod: f"10.96.0.{10 + n}" for n, pod in enumerate(PODS)}
    pod = make_pod(tmp_path, "redis-0", addresses)
    pod.env["PATH"] = f"{tools}:{pod.env['PATH']}"
    assert pod.run("redis-handover.sh", shell).returncode == 0
    asked = log.read_text()
    assert "CLIENT PAUSE" in asked
    assert "REPLICAOF" not in asked
    assert ("CLIENT UNPAUSE" not in asked) == paused
