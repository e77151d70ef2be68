"""Drills of a deployment on real nodes: they report what an independent writer saw, and nothing of them stays."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from commandline import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from endtoend.application import Application
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

REPEATS = int(os.environ.get("DRILLS", "5"))
SAME_S = {"kill": 1.0, "delete": 1.0, "force-delete": 2.0}
"""Two clients, each with its own time-outs of a second, meet the new master at different points of theirs. After a
forced delete an old connection may hold for as long as its server runs, while a new one is refused at once."""
LIMIT_S = 900


def command(ground: Ground, deployed: Deployed, *words: str) -> tuple[list[str], dict[str, str]]:
    """The command line of a drill, and its environment."""
    kubectl = ground.kubectl
    arguments = [
        *PROGRAM,
        "drill",
        *words,
        str(deployed.profile),
        "--kubeconfig",
        str(kubectl.kubeconfig),
        "--yes",
    ]
    return arguments, ground.environment


def drilled(ground: Ground, deployed: Deployed, *words: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, result and what was said."""
    arguments, environment = command(ground, deployed, *words)
    done = subprocess.run(
        [*arguments, "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=LIMIT_S,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def left(deployed: Deployed) -> list[str]:
    """What a drill could have left: its Job, its pod, its Lease, a cordon."""
    names = deployed("get", "jobs,leases", "-o", "name").output.split()
    pods = deployed("get", "pods", "-l", "app.kubernetes.io/name=redismanifests-drill", "-o", "json").output
    names += [
        each["metadata"]["name"]
        for each in json.loads(pods)["items"]
        if "deletionTimestamp" not in each["metadata"]
    ]
    nodes = json.loads(deployed.kubectl("get", "nodes", "-o", "json").output)["items"]
    return names + [each["metadata"]["name"] for each in nodes if each["spec"].get("unschedulable")]


@pytest.mark.parametrize("number", range(REPEATS))
def test_a_failover_reports_the_outage_that_an_independent_writer_saw(
    number: int, ground: Ground, whole: Deployed, application: Application
) -> None:
    way = ("kill", "delete", "force-delete")[number % 3]
    code, result, said = drilled(ground, whole, "failover", "--by", way)
    account, _ = application.finish(result["began"])
    print(
        f"{way}: drill {result['outage_s']} s, application {account.outage_s:.2f} s, agreed {result['agreed_s']} s"
    )
    assert result["promoted"], (result, said)
    assert abs(result["outage_s"] - account.outage_s) < SAME_S[way], (way, result, account)
    assert (result["lost"], len(account.lost)) == (0, 0)
    assert code == (0 if result["held"] else 1)
    assert result["held"], (result["wrong"], said)
    assert left(whole) == []


@pytest.mark.parametrize("kind", ["sentinel-loss", "rolling-restart", "drain"])
def test_the_other_drills_hold_and_leave_nothing(kind: str, ground: Ground, whole: Deployed) -> None:
    words = [kind]
    if kind == "drain":
        pods = json.loads(whole("get", "pod", whole.members("redis")[0], "-o", "json").output)
        words.append(pods["spec"]["nodeName"])
    code, result, said = drilled(ground, whole, *words)
    print(
        f"{kind}: outage {result['outage_s']} s, bound {result['bound_s']} s, agreed {result['agreed_s']} s"
    )
    assert result["lost"] == 0
    assert code == 0, (result["wrong"], said)
    assert left(whole) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_leaves_nothing(number: signal.Signals, ground: Ground, whole: Deployed) -> None:
    arguments, environment = command(ground, whole, "failover")
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    until = time.monotonic() + 300
    while "job.batch/" not in " ".join(left(whole)):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.5)
    process.send_signal(number)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 130, output + errors
    until = time.monotonic() + 60
    while left(whole) and time.monotonic() < until:
        time.sleep(1)
    assert left(whole) == []


def test_without_a_master_a_drill_gives_up_and_says_what_to_do(ground: Ground, whole: Deployed) -> None:
    """Someone scales everything to nothing at the very moment of the fault: no master comes back."""
    arguments, environment = command(ground, whole, "failover", "--by", "force-delete")
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    said = ""
    while not re.search(r"^  pod \S+ is deleted without grace$", said, re.MULTILINE):
        line = process.stdout.readline()
        assert line, said + process.communicate()[1]
        said += line
    whole.scale_to_nothing(wait=False)
    began = time.monotonic()
    output, errors = process.communicate(timeout=LIMIT_S)
    said += output
    print(said)
    assert process.returncode == 1, said + errors
    assert "no write was acknowledged for 30 s: there is no master; given up" in said
    assert "outage    had not ended" in said
    assert "lost      no one knows" in said
    assert "There is no master. What to do" in said
    assert said.endswith("not held: drill failover\n")
    # The stop itself; what could not be looked up or verified any more must not keep a person waiting.
    assert time.monotonic() - began < 120
    assert left(whole) == []


def test_the_report_of_a_drill_has_the_deployment_as_it_is_afterwards(
    ground: Ground, whole: Deployed, tmp_path: Path
) -> None:
    files = [tmp_path / f"report{ending}" for ending in (".html", ".md", ".json", ".xml")]
    words = [word for file in files for word in ("--report", str(file))]
    code, result, said = drilled(ground, whole, "failover", *words)
    assert code == 0, (result["wrong"], said)
    texts = {file.suffix: file.read_text("utf-8") for file in files}
    assert re.search(r"the process of redis-\d killed", texts[".md"])
    (drill,) = json.loads(texts[".json"])["drills"]
    assert drill["promoted"] == result["promoted"] != ""
    assert result["promoted"] in texts[".html"]
    assert "<testsuite" in texts[".xml"]
