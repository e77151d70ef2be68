"""The command `rehearse`: what it refuses before anything is started, and real rehearsals."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from commandline import PROGRAM, redismanifests
from deployment import REFERENCE, TOP
from redismanifests.cli.proof.rehearsing import known_scenarios
from redismanifests.cli.proof.watching import watched_scenarios
from redismanifests.prove.rehearse.bench.subject import of_manifests, of_profile
from redismanifests.prove.rehearse.scenarios import QUICK, SCENARIOS, scenario_named
from redismanifests.prove.toycluster.linux.namespace import TOOLS

RENDERED = TOP / "rendered"
SHORT = "name: redis\nnamespace: shop\n"


def test_a_profile_that_render_refuses_is_not_rehearsed(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(SHORT, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(f"{SHORT}sentinel: {{quorum: 3}}\n", encoding="utf-8")
    done = redismanifests("rehearse", "good.yaml", "bad.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[RM012]" in done.stderr


def test_a_profile_and_its_rendering_are_the_same_subject() -> None:
    profile = of_profile(REFERENCE, ())
    manifests = of_manifests(RENDERED, sorted(RENDERED.glob("*.yaml")))
    assert manifests is not None
    assert manifests.name == "rendered"
    assert sorted(map(json.dumps, manifests.objects)) == sorted(map(json.dumps, profile.objects))
    assert of_manifests(REFERENCE, [REFERENCE]) is None


def test_lists_and_several_documents_are_taken_apart(tmp_path: Path) -> None:
    file = tmp_path / "all.v1.yaml"
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {}}
    items = {"apiVersion": "v1", "kind": "List", "items": [service, service]}
    file.write_text(f"# chart\n---\n{json.dumps(items)}\n---\n{json.dumps(service)}\n---\n", encoding="utf-8")
    found = of_manifests(file, [file])
    assert found is not None
    assert found.objects == (service, service, service)
    assert found.name == "all.v1"


def _known(name: str) -> tuple[str, ...]:
    command = click.Command("rehearse")
    return known_scenarios(click.Context(command), click.Option(["--scenario"]), (name,))


@pytest.mark.parametrize("name", ["master-hangs-5.6s", "pod-hangs-7s", "restored-500MB", "redis-scaled-up-2"])
def test_a_name_with_a_length_a_size_or_an_ordinal_is_taken(name: str) -> None:
    assert watched_scenarios(_known(name), alerts=False) == (name,)
    assert scenario_named(name).name == name


@pytest.mark.parametrize(("name", "near"), [("restored-0MB", "restored"), ("master-hang", "master-hangs")])
def test_a_name_that_no_scenario_has_is_refused_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(click.UsageError, match=f"no scenario {name}. Did you mean {near}[?]"):
        _known(name)


def test_scenarios_are_listed_for_scripts() -> None:
    listed = json.loads(redismanifests("rehearse", "--list", "--format", "json").stdout)
    assert [each["name"] for each in listed] == [scenario.name for scenario in SCENARIOS]
    assert {each["name"] for each in listed if each["quick"]} == set(QUICK)
    assert len(QUICK) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="names the tools of Linux")
@pytest.mark.parametrize("there", [False, True])
def test_what_the_machine_lacks_is_said_with_the_way_to_get_it(tmp_path: Path, there: bool) -> None:
    programs = [shutil.which(tool) for tool in TOOLS]
    if there and not all(programs):
        pytest.skip("a tool of the engine is missing")
    for program in programs if there else []:
        (tmp_path / Path(str(program)).name).symlink_to(str(program))
    done = redismanifests("rehearse", RENDERED, "--scenario", "apply", env={"PATH": str(tmp_path)})
    assert (done.returncode, done.stdout) == (2, "")
    assert ("redis-server is not on PATH" if there else "a rehearsal needs unshare") in done.stderr
    assert ("redis-server redis-tools" if there else "util-linux, iproute2, nftables") in done.stderr


@pytest.mark.lab
@pytest.mark.usefixtures("machine")
def test_a_user_who_may_not_make_namespaces_is_told_so() -> None:
    script = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *PROGRAM]
    done = subprocess.run(
        [*command, "rehearse", str(RENDERED)], capture_output=True, text=True, check=False, cwd=TOP
    )
    assert done.returncode == 2
    assert "may not make the namespaces of a rehearsal: unshare: " in done.stderr
    assert "Traceback" not in done.stderr


def test_an_edited_report_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("mine", encoding="utf-8")
    began = time.monotonic()
    done = redismanifests("rehearse", RENDERED, "--report", tmp_path)
    assert (done.returncode, "report.md: exists" in done.stderr) == (2, True)
    assert time.monotonic() - began < 20
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def _until(parent: int, wanted: str, limit_s: float) -> str:
    """What a terminal got until ``wanted`` was in it, or until the other end was closed."""
    printed, until = b"", time.monotonic() + limit_s
    while wanted.encode() not in printed and time.monotonic() < until:
        if select.select([parent], [], [], 0.5)[0]:
            try:
                printed += os.read(parent, 65536)
            except OSError:  # the other end is closed (Linux)
                break
    return printed.decode(errors="replace")


@pytest.mark.lab
@pytest.mark.usefixtures("machine")
def test_a_terminal_shows_the_pods_and_control_c_ends_with_what_was_measured(tmp_path: Path) -> None:
    parent, child = pty.openpty()
    command = [
        *PROGRAM,
        "rehearse",
        str(RENDERED),
        "--scenario",
        "apply",
        "--report",
        str(tmp_path / "report"),
    ]
    running = subprocess.Popen(command, stdin=child, stdout=child, stderr=child)
    os.close(child)
    shown = _until(parent, "replica", 120)
    assert "rendered apply  1 of 1" in shown
    assert re.search(r"redis-sentinel-2 +(no pod|pod without a server|Sentinel) +not ready", shown)
    # Drawn in place: up to the first line of the block, then everything below is cleared.
    assert re.search(r"\x1b\[\d+A\r\x1b\[J", shown)
    running.send_signal(signal.SIGINT)
    rest = _until(parent, "no such text", 30)
    assert running.wait(30) == 130
    os.close(parent)
    assert "interrupted" in rest
    assert "Traceback" not in rest
    assert not (tmp_path / "report").exists(), "nothing was measured"


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.usefixtures("machine")
def test_a_rehearsal_of_a_profile_is_told_in_every_form(tmp_path: Path) -> None:
    report = tmp_path / "report"
    options = ["--scenario", "apply", "--scenario", "master-killed", "--report", report]
    done = redismanifests("rehearse", REFERENCE, *options, "--format", "json", "--dns-ttl", "5s")
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert (report / "report.json").read_text(encoding="utf-8") == done.stdout
    assert [run["scenario"] for run in document["runs"]] == ["apply", "master-killed"]
    assert document["held"]
    assert document["dnsTtl"] == 5
    outage = next(m for m in document["runs"][1]["measures"] if m["name"] == "outage")
    assert 3 < outage["value"] <= outage["limit"]
    assert max(p["to"] - p["from"] for p in document["runs"][1]["pauses"]) == pytest.approx(
        outage["value"], abs=0.01
    )
    assert "MASTER MODE enabled" in (report / "master-killed.log").read_text(encoding="utf-8")
    assert {path.name for path in report.glob("*.svg")} == {"apply.svg", "master-killed.svg"}


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.usefixtures("machine")
def test_another_version_than_the_deployed_one_holds_or_fails_by_choice(tmp_path: Path) -> None:
    # No Debian has it.
    profile = "name: redis\nnamespace: shop\nredis: {image: 'redis:7.4.7'}\n"
    (tmp_path / "profile.yaml").write_text(profile, "utf-8")
    for option, code in ((), 0), (("--same-engine",), 1):
        done = redismanifests("rehearse", "--scenario", "apply", "--dns-ttl", "5s", *option, cwd=tmp_path)
        assert (done.returncode, "Not the deployed version" in done.stdout) == (code, True), done.stdout
        assert "1 of 1 held" in done.stdout
