"""Rehearsed: an application with printed settings in a rehearsal whose master is killed or stopped.

Starts itself in the namespaces of a rehearsal, as tests/rehearse/observe.py does, and prints what the application saw.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from redismanifests.prove.toycluster.linux.namespace import rehearsal_command

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parents[1] / "src"
_STEADY_S = 3.0
_TLS = "/redis-tls"
_LOOK_UP_S = 120.0


def rehearsed(profile: Path, library: str, python: Path, application: str, fault: str) -> dict[str, Any]:
    """The account of ``application`` (a file of applications/), whose interpreter is ``python``."""
    arguments = [str(profile), library, str(python), application, fault]
    command = rehearsal_command([sys.executable, __file__, *arguments], root=os.geteuid() == 0)
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": f"{SOURCES}:{HERE}"},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


def _main() -> None:
    from redismanifests.judge.review import review
    from redismanifests.prove.rehearse.bench.ground import on_cluster
    from redismanifests.render.client_settings import client

    profile, library, python, application, fault = sys.argv[1:]
    reviewed = review(Path(profile))
    made = client(reviewed.profile, library, Path(profile).name)
    seen = on_cluster(
        [each.manifest for each in reviewed.accepted().objects],
        lambda cluster: _play(
            cluster, made, reviewed.profile.tls.secret_name, Path(python), application, fault
        ),
        engine=None,
        dns_ttl_s=5,
        emit=lambda *_: None,
    )
    print(json.dumps(seen))


def _password(login: Any) -> list[dict[str, Any]]:
    """As the notes of the settings say."""
    if login is None:
        return []
    reference = {"name": login.secret, "key": login.key}
    return [{"name": login.variable, "valueFrom": {"secretKeyRef": reference}}]


def _files(encryption: Any) -> list[dict[str, Any]]:
    """The CA as the notes say, and the servers' own certificate for one of the application's."""
    if encryption is None:
        return []
    names = {encryption.authority: "ca.crt", encryption.certificate: "tls.crt", encryption.key: "tls.key"}
    return [{"name": name, "value": f"{_TLS}/{file}"} for name, file in names.items()]


async def _play(
    cluster: Any, made: Any, secret: str, python: Path, application: str, fault: str
) -> dict[str, Any]:
    from redismanifests.prove.rehearse.measure.recovery import bootstrap
    from redismanifests.prove.rehearse.measure.traffic import CLIENT, account
    from redismanifests.prove.rehearse.measure.votes import allowance_s, failed_so_far
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.linux import interpreter
    from redismanifests.prove.toycluster.pods.rootfs import Mount

    stage = Stage(cluster)
    cluster.apply()
    await stage.right(bootstrap(cluster.site.objects, 5))
    folder = cluster.site.logs / "application"
    folder.mkdir()
    (folder / "settings.py").write_text(made.code, encoding="utf-8")
    redis, sentinel = stage.deployment.redis, stage.deployment.sentinel
    cluster.admit(CLIENT, {each.pods[0]: each.port for each in (redis, sentinel)})
    container = {
        "name": "application",
        "image": "busybox",
        "command": [str(python), f"/applications/{application}"],
        "env": [
            {"name": "SETTINGS", "value": "/journal/settings.py"},
            *_password(made.login),
            *_files(made.encryption),
        ],
        "volumeMounts": [{"name": "tls", "mountPath": _TLS}] if made.encryption else [],
    }
    volumes = [{"name": "tls", "secret": {"secretName": secret}}] if made.encryption else []
    manifest = {
        "metadata": {"name": CLIENT, "namespace": cluster.site.objects.namespace},
        "spec": {"containers": [container], "volumes": volumes, "enableServiceLinks": False},
    }
    pod = cluster.create(
        manifest,
        (
            *(Mount(path, str(path), True) for path in interpreter.folders()),
            Mount(python.parent.parent, str(python.parent.parent), True),
            Mount(HERE / "applications", "/applications", True),
            Mount(folder, "/journal", False),
        ),
    )
    journal = folder / "writes"
    until = time.monotonic() + 60
    while not (journal.exists() and journal.read_bytes().count(b"\n") > 10):
        if time.monotonic() > until:
            logs = "\n".join(
                p.read_text(errors="replace")[-3000:] for p in cluster.site.logs.glob(f"{CLIENT}*")
            )
            raise RuntimeError(f"the application does not write: {logs}")
        await asyncio.sleep(0.2)
    await asyncio.sleep(_STEADY_S)
    master, (_, timing) = await stage.master(), await stage.recovery(5)
    fault_at, failed_before = time.time(), failed_so_far(stage)
    if fault == "killed":
        await stage.kill(master)
    else:
        stage.freeze(master)
    await asyncio.sleep(15)
    if fault != "killed":
        stage.thaw(master)
    await stage.right(40)
    await asyncio.sleep(_STEADY_S)
    kubelet = pod.kubelets["application"]
    kubelet.hold_until = float("inf")
    kubelet.container.kill(signal.SIGTERM)
    until = time.monotonic() + _LOOK_UP_S
    while kubelet.container.running() and time.monotonic() < until:
        await asyncio.sleep(0.1)
    entries = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    end = [entry for entry in entries if entry["kind"] == "end"]
    seen = dataclasses.asdict(account(entries, fault_at))
    failed = len(failed_so_far(stage) - failed_before)
    seen |= {
        "later_s": allowance_s(failed, timing.crash(), timing),
        "end": end[-1]["problem"] if end else "no look-up",
        "promoted": await stage.master() not in ("", master),
        "longest": max(entry["ended"] - entry["began"] for entry in entries if entry["kind"] == "write"),
    }
    worker = folder / "worker.log"
    seen["worker"] = worker.read_text(errors="replace")[-3000:] if worker.exists() else ""
    return seen


if __name__ == "__main__":
    _main()
