"""Exporter locked out: the exporter of a replica starts with a wrong password, and its server answers WRONGPASS.

Over TLS it would not report that answer, but that it does not know a network named rediss: there it starts without a
password, and is answered NOAUTH.
"""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.alerts.held import replicas

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_FILE = "passwords.json"


def _lacks(objects: Objects) -> str:
    known = any(_FILE in str(item["spec"]["template"]["spec"]) for item in objects.of_kind("StatefulSet"))
    return "" if known else "its exporters log in without a password"


def _restart(stage: Stage, pod: str, file: Path, text: str) -> None:
    """In place: the file belongs to the pod."""
    with file.open("w", encoding="utf-8") as opened:
        opened.write(text)
    for name, kubelet in stage.cluster.pods[pod].kubelets.items():
        if "exporter" in name and kubelet.container:
            kubelet.container.kill(signal.SIGKILL)


async def _play(stage: Stage, _recovery: Recovery) -> None:
    pod = (await replicas(stage))[0]
    (file,) = stage.cluster.pods[pod].volumes.glob(f"*/{_FILE}")
    right = file.read_text(encoding="utf-8")
    encrypted = "rediss://" in right
    wrong = {} if encrypted else dict.fromkeys(json.loads(right), "wrong")
    stage.note(f"its exporter starts with{'out a' if encrypted else ' a wrong'} password", pod)
    _restart(stage, pod, file, json.dumps(wrong))
    await stage.alerted()
    stage.note("its exporter starts with its password", pod)
    _restart(stage, pod, file, right)
    await stage.forget_refusals()


SCENARIO = Scenario(
    name="exporter-locked-out",
    about="the exporter of a replica starts with a wrong password",
    play=_play,
    lacks=_lacks,
)
