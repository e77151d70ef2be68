"""A backup of the CronJob on real nodes: every volume is deleted, and the profile is applied with `restore.from`."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import replace
from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from cluster.rendering import rendered
from endtoend import store
from endtoend.application import Application
from endtoend.combination import KUBEADM_TTL_S
from endtoend.measured import RESTORED, Measured, note, wait_until_whole
from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.scenario import since_backup
from threenodes import address

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from endtoend.combination import Combination
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground

pytestmark = [pytest.mark.slow, pytest.mark.release, pytest.mark.cluster]

NETWORK = f"{{cidrs: [{address.CONTROL_PLANE}/32], ports: [{store.PORT}]}}"
"""What the policies open, which these nodes enforce."""
BACKUP = f"""
networkPolicy:
  enabled: true
backup:
  schedule: "* * * * *"
  store:{store.STORE}
  encryption: {store.ENCRYPTION}
  network: {NETWORK}
"""
RESTORE = """
restore:
  network: {network}
  from:
    namespace: {namespace}
    name: {name}
    store:{store}
    encryption: {encryption}
"""
REPEATS = int(os.environ.get("REPEATS", "1"))
KEYS = 1000
WRITTEN = "".join(
    f"SET before:{number} {number} EX 86400\nHSET hash:{number} field {number}\nXADD stream:{number} 1-1 n {number}\n"
    for number in range(KEYS)
) + (
    "FUNCTION LOAD \"#!lua name=before\\nredis.register_function('before', function() return 42 end)\"\n"
    "SELECT 1\nSET before here\n"
)
ASKED = (
    "".join(
        f"GET before:{number}\nEXPIRETIME before:{number}\nHGETALL hash:{number}\nXRANGE stream:{number} - +\n"
        for number in range(KEYS)
    )
    + "FUNCTION LIST LIBRARYNAME before WITHCODE\nSELECT 1\nGET before\n"
)
MADE_S = 90.0
"""The schedule asks for a Job each minute."""
SUSPENDED = '{"spec": {"suspend": true}}'
JOB_LIMIT = "--timeout=280s"
SINCE_S = 5.0
"""Writes between the backup and the end, which it cannot have."""
RESTORED_LIMIT_S = 300.0


def scheduled(deployed: Deployed) -> tuple[str, str]:
    """The CronJob, for kubectl."""
    return "cronjob", f"{deployed.stateful_set('redis')['metadata']['name']}-backup"


def back_up(deployed: Deployed) -> tuple[float, str]:
    """The next Job of the CronJob, and none after it: seconds until it was complete, and what it said at the end."""
    deployed("patch", *scheduled(deployed), "--patch", '{"spec": {"suspend": false}}')
    until = time.monotonic() + MADE_S
    while not (jobs := deployed.json("get", "jobs")["items"]):
        assert time.monotonic() < until, deployed.account()
        time.sleep(0.3)
    began = time.monotonic()
    deployed("patch", *scheduled(deployed), "--patch", SUSPENDED)
    assert [each["kind"] for each in jobs[0]["metadata"]["ownerReferences"]] == ["CronJob"]
    name = jobs[0]["metadata"]["name"]
    done = deployed.kubectl(
        "-n", deployed.namespace, "wait", "--for=condition=complete", f"job/{name}", JOB_LIMIT
    )
    took = time.monotonic() - began
    said = deployed("logs", f"job/{name}", "--all-containers", "--prefix").output
    assert done.code == 0, f"{done.errors}\n{said}\n{deployed.account()}"
    return took, said


def destroy(deployed: Deployed) -> None:
    """Every object that was rendered, every Job and every volume; the application and the Secrets stay."""
    deployed("delete", "statefulset", "--all", "--cascade=orphan")
    # No one has the time to hand over or to save.
    deployed("delete", "pod", *deployed.everything(), "--force", "--grace-period=0")
    items = {"apiVersion": "v1", "kind": "List", "items": list(deployed.objects)}
    deployed("delete", "-f", "-", "--ignore-not-found", text=json.dumps(items))
    deployed("delete", "job", "--all")
    deployed("delete", "pvc", "--all")
    until = time.monotonic() + 60
    while left := volumes(deployed):
        assert time.monotonic() < until, left
        time.sleep(0.3)


def volumes(deployed: Deployed) -> list[str]:
    """Every volume that is, or was, a claim's of the namespace."""
    items = json.loads(deployed.kubectl("get", "pv", "--output=json").output)["items"]
    ours = (each for each in items if each["spec"]["claimRef"]["namespace"] == deployed.namespace)
    return [each["metadata"]["name"] for each in ours]


def restored(deployed: Deployed) -> Deployed:
    """The same profile with `restore.from`, applied."""
    name = deployed.stateful_set("redis")["metadata"]["name"]
    source = RESTORE.format(
        namespace=deployed.namespace,
        name=name,
        store=indent(store.STORE, "  "),
        encryption=store.ENCRYPTION,
        network=NETWORK,
    )
    deployed.profile.write_text(deployed.profile.read_text("utf-8") + source, "utf-8")
    new = rendered(deployed.profile, deployed.profile.parent / "restored")
    began = time.time()
    deployed("apply", "-f", new.folder)
    return replace(deployed, objects=new.objects, applied_at=began)


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_what_was_acknowledged_before_a_backup_is_there_after_every_volume_is_deleted(
    repeat: int,
    deploy: Callable[..., Deployed],
    kept: list[Deployed],
    ground: Ground,
    combination: Combination,
    versions: str,
    tmp_path: Path,
) -> None:
    if ground.cluster is None:
        pytest.skip("the store is beside our control plane, where no contributor's cluster reaches it")
    # What another test left is not what is here afterwards.
    kept.clear()
    with store.running(ground.cluster.control_plane.machine, tmp_path / "store.log"):
        deployed = deploy(BACKUP)
        # The backup is to begin when there is something to lose.
        deployed("patch", *scheduled(deployed), "--patch", SUSPENDED)
        deployed("delete", "job", "--all")
        provided = {"apiVersion": "v1", "kind": "List", "items": store.secrets()}
        deployed("apply", "-f", "-", text=json.dumps(provided))
        first = Application(deployed, ground.application_image)
        first.start()
        assert wait_until_whole(deployed, first) == []
        deployed.answers(deployed.members("redis")[0], WRITTEN)
        before = deployed.answers(deployed.members("redis")[0], ASKED)
        assert before[-1] == "here"
        first.wait_until_writing()

        saved_at = steady_now()
        backup_s, said = back_up(deployed)
        # A dump that was taken of the master would be one replica more to every Sentinel.
        assert wait_until_whole(deployed, first) == [], said
        time.sleep(SINCE_S)
        destroyed_at = steady_now()
        destroy(deployed)

        deployed = restored(deployed)
        bound_s = deployed.recovery(combination.dns_ttl_s).restored() + KUBEADM_TTL_S
        began = time.monotonic()
        written_at = first.wait_until_writing(deployed.applied_at, RESTORED_LIMIT_S)
        first_write_s = written_at - deployed.applied_at
        print(f"backup {backup_s:.1f} s; first write {first_write_s:.1f} s after kubectl apply")
        deployed.wait_until_ready()
        account, _ = first.finish(destroyed_at)
        # The Services have other addresses than those at which the first one looks.
        second = Application(deployed, ground.application_image)
        second.start()
        wrong = wait_until_whole(deployed, second)
        whole_s = time.monotonic() - began
        second.remove()
        after = {pod: deployed.answers(pod, ASKED) for pod in deployed.members("redis")}
        marks = deployed(
            "exec", deployed.members("redis")[0], "-c", "redis", "--", "cat", "/data/restored"
        ).output

    figures = {each.name: each.value for each in since_backup(account, saved_at, destroyed_at)}
    print(json.dumps(figures))
    lost = int(figures["lost acknowledged writes"])
    note(
        Measured(
            deployment=combination.name,
            scenario=RESTORED,
            outage_s=round(account.outage_s, 2),
            bound_s=round(bound_s, 1),
            paused_s=round(account.paused_s, 2),
            whole_s=round(whole_s, 1),
            acknowledged=account.acknowledged,
            lost=lost,
            problems=tuple(wrong),
            load=round(os.getloadavg()[0], 1),
            versions=versions,
            backup_s=round(backup_s, 1),
            since_backup=int(figures["writes since the backup that are gone"]),
        )
    )
    assert account.complete
    assert (lost, figures["holes among restored writes"]) == (0, 0)
    # Else nothing shows that the volumes were new.
    assert figures["writes since the backup that are gone"] > 0
    for pod, answered in after.items():
        assert answered == before, pod
    found = re.search(r'"id": "([^"]+)"', marks)
    assert found
    assert found[1] in said, (marks, said)
    assert wrong == []
    assert first_write_s < bound_s
