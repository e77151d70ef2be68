"""The command over a dump: what it prints, its exit codes, and what it refuses."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

import pytest
import yaml12
from click.testing import CliRunner

from commandline import PROGRAM
from deployment import REFERENCE
from redismanifests.cli import cli
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from click.testing import Result

PROBES = Path(__file__).parents[1] / "probes"
ASKED = json.loads((PROBES / "healthy.json").read_text(encoding="utf-8"))["objects"]
LIVE = [json.loads(line) for line in (PROBES / "live.json").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Manifests in asked.json, and what is deployed of them in live.json."""
    for name, items in (("asked", ASKED), ("live", LIVE)):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    return tmp_path


def verify(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["verify", *map(str, arguments)])


def test_a_dump_of_a_healthy_deployment_holds_where_only_objects_are_asked(room: Path) -> None:
    asked = ("--select", "PB1", "--dump", room / "live.json")
    done = verify(room / "asked.json", *asked)
    assert done.exit_code == 0, done.output
    assert "a dump cannot run commands" in done.output
    assert "not verified: nothing that was seen is wrong; what was not verified is not known" in done.output
    assert verify(room / "asked.json", *asked, "--strict").exit_code == 1
    everything = verify(room / "asked.json", "--dump", room / "live.json")
    assert everything.exit_code == 1
    assert "unknown, an essential check has no result" in everything.output


def test_a_dump_in_pieces_is_one_dump(room: Path) -> None:
    parts = room / "parts"
    parts.mkdir()
    for number, each in enumerate(LIVE):
        (parts / f"{number}.json").write_text(json.dumps(each), encoding="utf-8")
    done = verify(room / "asked.json", "--select", "PB1", "--dump", parts)
    assert done.exit_code == 0, done.output


def test_a_change_is_told_as_text_json_and_junit(room: Path) -> None:
    changed = json.loads((room / "live.json").read_text(encoding="utf-8"))
    found = next(each for each in changed["items"] if each["kind"] == "StatefulSet")
    found["spec"]["replicas"] = 5
    (room / "live.json").write_text(json.dumps(changed), encoding="utf-8")
    asked = (room / "asked.json", "--select", "PB102", "--dump", room / "live.json")
    text = verify(*asked)
    assert text.exit_code == 1
    fact = f"StatefulSet {found['metadata']['name']}: spec.replicas is 5 instead of 3"
    assert f"failed[PB102]: objects-are-as-rendered\n   = {fact}" in text.output
    told: dict[str, Any] = json.loads(verify(*asked, "--format", "json").output)
    assert told["outcomes"][0]["facts"][0].startswith(fact)
    assert told["verdict"]["code"] == 1
    failure = fromstring(verify(*asked, "--format", "junit").output).find(".//failure")
    assert failure is not None
    assert str(failure.get("message")).startswith(fact)


def test_the_json_of_a_profile_is_a_verification_that_reports_read(room: Path) -> None:
    from redismanifests.prove.result.verification import Verification

    done = verify(REFERENCE, "--dump", room / "live.json", "--format", "json")
    read = Verification.from_json(json.loads(done.output))
    assert (read.deployment, read.subject.kind, read.subject.name) == ("redis", "dump", "live.json")


def test_the_role_is_yaml_and_names_no_secret_and_nothing_that_changes_an_object() -> None:
    done = verify(REFERENCE, "--print-rbac")
    role, binding = yaml12.parse_yaml(done.output, multi=True)
    assert (role["kind"], binding["kind"]) == ("Role", "RoleBinding")
    assert "secrets" not in done.output
    verbs = {
        (verb, resource) for rule in role["rules"] for verb in rule["verbs"] for resource in rule["resources"]
    }
    assert {each for each in verbs if each[0] not in ("get", "list")} == {("create", "pods/exec")}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--dump", "x", "--rehearse"), "choose one"),
        (("--rehearse", "--context", "x"), "choose one"),
        (("--dump", "x", "--watch"), "a dump does not change"),
        (("--select", "PB9"), "no probe is named PB9"),
        (("--timeout", "soon"), "--timeout"),
    ],
)
def test_options_that_make_no_sense_are_refused(arguments: tuple[str, ...], says: str) -> None:
    done = verify(REFERENCE, *arguments)
    assert done.exit_code == 2
    assert says in done.output


def test_a_namespace_of_the_command_line_takes_the_place_of_the_profiles(room: Path) -> None:
    done = verify(REFERENCE, "-n", "staging", "--print-rbac")
    assert "namespace: staging" in done.output
    # What lives elsewhere is not looked at.
    done = verify(REFERENCE, "-n", "staging", "--dump", room / "live.json")
    assert done.exit_code == 1
    assert "the dump has no StatefulSet, or none of this namespace" in done.output


def test_a_dump_that_cannot_be_read_or_holds_nothing_is_trouble(room: Path) -> None:
    (room / "empty.yaml").write_text("{}\n")
    for given, says in ((room / "none", "cannot be read"), (room / "empty.yaml", "holds no object")):
        done = verify(room / "asked.json", "--dump", given)
        assert isinstance(done.exception, RedismanifestsError)
        assert says in done.exception.fact


def _hanging(folder: Path) -> dict[str, str]:
    """A kubectl that never answers, and says which process it is."""
    program = folder / "kubectl"
    program.write_text(f"#!/bin/sh\necho $$ >>{folder}/pids\nexec sleep 60\n")
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def _begun(folder: Path) -> list[int]:
    deadline = time.monotonic() + 60
    while not (folder / "pids").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    return [int(line) for line in (folder / "pids").read_text().split()]


def test_an_interrupt_ends_it_with_every_kubectl_that_it_started(tmp_path: Path) -> None:
    environment = _hanging(tmp_path)
    running = subprocess.Popen(
        [*PROGRAM, "verify", str(REFERENCE)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    started = _begun(tmp_path)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in errors
    assert started
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []


def test_a_terminal_is_shown_how_far_it_is(tmp_path: Path) -> None:
    environment = _hanging(tmp_path)
    parent, child = pty.openpty()
    running = subprocess.Popen(
        [*PROGRAM, "verify", str(REFERENCE)], env=environment, stdin=child, stdout=child, stderr=child
    )
    os.close(child)
    _begun(tmp_path)
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    printed = b""
    with suppress(OSError):  # the other end is closed (Linux)
        while piece := os.read(parent, 65536):
            printed += piece
    os.close(parent)
    running.wait(30)
    assert b"s  0 of 0 answers" in printed


def test_two_profiles_at_once_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("name: redis\nnamespace: shop\n")
    done = verify(tmp_path)
    assert done.exit_code == 2
    assert "verify looks at one deployment" in done.output
