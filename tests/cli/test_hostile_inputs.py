"""Whatever is read is answered by a message and a documented exit code: never a traceback, never for ever.

``HOSTILE_INPUTS=4000 pytest tests/cli/test_hostile_inputs.py tests/rehearse/test_rehearse_hostile.py`` tries that many
of each kind; the default is small (docs/measurements/hostile-inputs.md has the last results).
"""

from __future__ import annotations

import ast
import copy
import difflib
import json
import os
import random
import re
import resource
import subprocess
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner
from yaml12 import parse_yaml

from commandline import PROGRAM, redismanifests
from deployment import REFERENCE, TOP
from everyplace import every_place
from redismanifests.cli import cli
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.kubernetes.decoded import decoded
from redismanifests.profile import form
from redismanifests.prove.toycluster.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = int(os.environ.get("HOSTILE_INPUTS", "30"))
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        3,
        2**70,
        1.5,
        1e308,
        "",
        "x",
        "/",
        "..",
        "\x1b[2J",
        "a\nb",
        "0x",
        "{{ x }}",
        "9" * 400,
    ),
    *(
        [],
        {},
        [None],
        [[]],
        {"": None},
        {"name": {}},
        [{"name": 1}],
        {"kind": []},
        "é" * 70,
        "1Gi",
        "-1Mi",
        "1m",
    ),
)
RENDERED: list[Any] = [
    item
    for file in sorted((TOP / "rendered").glob("*.yaml"))
    for item in parse_yaml(file.read_text(encoding="utf-8"), multi=True)
]
LIMITS = [
    {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "a", "namespace": "jewelry-shop"},
        "spec": {
            "limits": [
                {"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Mi"}, "default": {"cpu": "1"}},
                {"type": "Pod", "max": {"memory": "8Gi"}, "maxLimitRequestRatio": {"cpu": "20"}},
                {"type": "PersistentVolumeClaim", "max": {"storage": "100Gi"}},
            ]
        },
    },
    {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "q"},
        "spec": {
            "hard": {"pods": "20", "requests.memory": "20Gi"},
            "scopes": ["NotTerminating"],
            "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]},
        },
        "status": {"hard": {"pods": "20"}, "used": {"pods": "3"}},
    },
    {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "jewelry-shop", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
    },
]

REPORT = json.loads((TOP / "tests/report/golden/verification/report.json").read_text(encoding="utf-8"))
REHEARSAL = json.loads((TOP / "tests/report/golden/report.json").read_text(encoding="utf-8"))
SEALED = {
    "apiVersion": "bitnami.com/v1alpha1",
    "kind": "SealedSecret",
    "metadata": {"name": "cache-auth", "namespace": "b", "annotations": {"a": "b"}},
    "spec": {
        "encryptedData": {"default": "AgB", "sentinel": "AgC", "app": "AgD"},
        "template": {"metadata": {"name": "cache-auth", "namespace": "b"}, "type": "Opaque"},
    },
}
SEALING = "name: cache\nnamespace: b\nauth: {mode: password, sealedSecret: input.json}\n"


RULES = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": "redis"},
            "spec": {
                "groups": [
                    {
                        "name": "redis",
                        "interval": "30s",
                        "rules": [
                            {"record": "redis:up:sum", "expr": "sum(redis_up)"},
                            {
                                "alert": "RedisDown",
                                "expr": "redis_up == 0",
                                "for": "5m",
                                "labels": {"severity": "critical"},
                                "annotations": {"summary": "Redis of {{ $labels.pod }} is down"},
                            },
                        ],
                    }
                ]
            },
        }
    ],
}


def _live() -> list[Any]:
    """The rendered objects as a cluster shows them, with pods, claims, nodes and events."""
    found = copy.deepcopy(RENDERED)
    for item in RENDERED:
        if item["kind"] != "StatefulSet":
            continue
        name, template = item["metadata"]["name"], item["spec"]["template"]
        for number in range(item["spec"]["replicas"]):
            pod = copy.deepcopy(template)
            pod |= {"apiVersion": "v1", "kind": "Pod"}
            pod["metadata"] |= {"name": f"{name}-{number}", "namespace": item["metadata"]["namespace"]}
            pod["spec"]["nodeName"] = "n1"
            pod["status"] = {
                "phase": "Running",
                "podIP": "10.0.0.1",
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [
                    {"name": each["name"], "ready": True, "restartCount": 0, "state": {"running": {}}}
                    for each in pod["spec"]["containers"]
                ],
            }
            found.append(pod)
            claim = copy.deepcopy((item["spec"].get("volumeClaimTemplates") or [{"spec": {}}])[0])
            claim |= {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
            claim["metadata"] = {"name": f"data-{name}-{number}", "namespace": item["metadata"]["namespace"]}
            claim["status"] = {"phase": "Bound", "capacity": {"storage": "10Gi"}}
            found.append(claim)
    found += [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "n1", "labels": {"a": "b"}},
            "spec": {},
            "status": {},
        },
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "e"},
            "reason": "BackOff",
            "involvedObject": {},
        },
    ]
    return [*found, *copy.deepcopy(LIMITS)]


def _mutated(value: Any, chance: random.Random) -> Any:
    """The same with one to three values, keys or entries replaced, removed or repeated."""
    made = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        known = list(every_place(made))
        if not known:
            return made
        path = chance.choice(known)
        parent = made
        for step in path[:-1]:
            parent = parent[step]
        way = chance.random()
        if way < 0.6:
            parent[path[-1]] = copy.deepcopy(chance.choice(VALUES))
        elif way < 0.8:
            del parent[path[-1]]
        elif isinstance(parent, dict):
            parent[str(chance.choice(VALUES))[:60]] = parent.pop(path[-1])
        else:
            parent.append(copy.deepcopy(parent[path[-1]]))
    return made


def _bytes(value: Any, chance: random.Random) -> bytes:
    """JSON, which is YAML; one in ten has bytes cut off, replaced or repeated."""
    data = json.dumps(value).encode()
    if chance.random() < 0.1:
        at = chance.randrange(len(data))
        data = chance.choice(
            (data[:at], data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :], data[at:] + data)
        )
    return data


def _ends_well(*arguments: str) -> None:
    """In this process: anything but a documented exit is a traceback for a user."""
    done = CliRunner().invoke(cli, arguments, standalone_mode=False)
    error = done.exception
    if error is not None and not isinstance(error, (RedismanifestsError, click.ClickException, SystemExit)):
        raise error
    assert done.exit_code in (0, 1, 2)


@pytest.fixture(scope="module")
def samples() -> dict[str, Any]:
    text = REFERENCE.read_text(encoding="utf-8")
    return {
        "profile": parse_yaml(text),
        "limits": {"apiVersion": "v1", "kind": "List", "items": LIMITS},
        "dump": {"apiVersion": "v1", "kind": "List", "items": _live()},
        "objects": {"apiVersion": "v1", "kind": "List", "items": RENDERED},
        "report": REPORT,
        "rehearsals": REHEARSAL,
        "drill": REPORT["drills"][0],
        "sealed": SEALED,
        "rules": RULES,
    }


COMMANDS = {
    "profile": ("check", "FILE"),
    "limits": ("check", str(REFERENCE), "--table", "--limits", "FILE"),
    "dump": ("verify", str(REFERENCE), "--dump", "FILE"),
    "against": ("check", str(REFERENCE), "--against", "FILE"),
    "objects": ("check", "FILE"),
    "origin": ("check", str(TOP / "rendered"), "--profile", "FILE"),
    "report": ("report", "show", "FILE"),
    "page": ("report", "show", "FILE", "--report", "FILE.html"),
    "reports": ("report", "diff", "FILE", "FILE"),
    "rehearsals": ("report", "diff", "FILE", str(TOP / "tests/report/golden/report.json")),
    "drill": ("verify", str(REFERENCE), "--dump", "FILE.dump", "--drilled", "FILE"),
    "sealed": ("check", "FILE.yaml"),
    # Read before the profile, which is not there.
    "rules": ("rehearse", "no-such-profile.yaml", "--rules", "FILE"),
}

SAMPLE = {"against": "dump", "page": "report", "reports": "report", "origin": "profile"}
"""Which sample is mutated, where it is not that of the same name."""


@pytest.fixture(autouse=True)
def bounded_memory() -> Iterator[None]:
    """A mutated number must not decide how much memory is taken: 4 GB more than now end the test, not the machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (4 << 30), hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_mutated_input_ends_with_a_message(kind: str, tmp_path: Path, samples: dict[str, Any]) -> None:
    chance = random.Random(f"{SEED} {kind}")
    sample = samples[SAMPLE.get(kind, kind)]
    file = tmp_path / "input.json"
    (tmp_path / "input.json.dump").write_text(json.dumps(samples["dump"]), encoding="utf-8")
    (tmp_path / "input.json.yaml").write_text(SEALING, encoding="utf-8")
    for number in range(MANY):
        if kind in ("dump", "against", "objects") and number % 2:
            # Few objects: a fault of one is not hidden by that of another.
            items = chance.sample(sample["items"], chance.randint(1, 3))
            data = _bytes(_mutated({"kind": "List", "items": items}, chance), chance)
        else:
            data = _bytes(_mutated(sample, chance), chance)
        file.write_bytes(data)
        try:
            _ends_well(*(word.replace("FILE", str(file)) for word in COMMANDS[kind]))
        except Exception as error:
            raise AssertionError(f"{kind} {number}: {data[:3000]!r}") from error


def test_mutated_manifests_are_refused_in_words_or_taken(samples: dict[str, Any]) -> None:
    chance = random.Random(SEED)
    for _ in range(MANY):
        objects = [decoded(each) if isinstance(each, dict) else each for each in _mutated(RENDERED, chance)]
        try:
            refuse(objects)
        except RedismanifestsError as error:
            assert "\x1b" not in error.fact


@pytest.mark.parametrize("special", ["/dev/zero", "pipe"])
@pytest.mark.parametrize("kind", sorted(COMMANDS.keys() - {"drill", "sealed"}))
def test_a_file_without_end_or_writer_is_no_hang(tmp_path: Path, kind: str, special: str) -> None:
    name = special
    if special == "pipe":
        name = str(tmp_path / "pipe")
        os.mkfifo(name)
    began = time.monotonic()
    done = redismanifests(*(word.replace("FILE", name) for word in COMMANDS[kind]))
    # A dump without an object is compared with nothing, and says so.
    assert done.returncode in (1, 2) or "warning[RM159]" in done.stdout
    assert "Traceback" not in done.stderr
    assert done.stderr or "error[" in done.stdout or "warning[RM159]" in done.stdout
    assert time.monotonic() - began < 60


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux'")
@pytest.mark.parametrize("command", [("render", "--stdout"), ("plan",), ("show",), ("check",)])
def test_a_full_disk_under_the_output_ends_as_trouble(command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [*PROGRAM, command[0], str(REFERENCE), *command[1:]],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("kind", ["limits", "dump", "against", "objects", "profile", "rules"])
def test_a_bomb_of_aliases_takes_no_memory(tmp_path: Path, kind: str) -> None:
    lines = ["apiVersion: v1", "kind: List", "a: &a [x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in pairwise("abcdefghijklmn")]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines), encoding="utf-8")
    # More memory than `bounded_memory` leaves, and more time than anyone has, without a bound.
    _ends_well(*(word.replace("FILE", str(tmp_path / "bomb.yaml")) for word in COMMANDS[kind]))


@pytest.mark.parametrize("level", ["a:\n", "- "])
@pytest.mark.parametrize(
    "kind", ["limits", "dump", "against", "objects", "origin", "profile", "manifests", "rules"]
)
def test_thousands_of_levels_end_with_a_message(tmp_path: Path, kind: str, level: str) -> None:
    """Flow collections are bounded by the parser, block collections are not."""
    depth = 1500
    below = "".join(" " * each + level for each in range(1, depth)) if "\n" in level else " " + level * depth
    file = tmp_path / "deep.yaml"
    file.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: jewelry-shop}\nx:\n"
        f"{below}{' ' * depth}b\n",
        encoding="utf-8",
    )
    command = ("rehearse", "FILE") if kind == "manifests" else COMMANDS[kind]
    _ends_well(*(word.replace("FILE", str(file)) for word in command))


def test_thousands_of_unknown_keys_are_counted_and_not_each_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "p.yaml"
    keys = "".join(f"unknwn{number}: 1\n" for number in range(20_000))
    profile.write_text(f"name: a\nnamespace: b\n{keys}", encoding="utf-8")
    # Searches for similar keys and looks at types take long: they are counted, for seconds depend on the machine.
    counts: Counter[str] = Counter()

    def count(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            counts[name] += 1
            return original(*arguments, **options)

        monkeypatch.setattr(owner, name, counted)

    count(difflib, "get_close_matches")
    count(form, "setting_types")
    done = CliRunner().invoke(cli, ("check", str(profile)))
    assert (done.exit_code, len(done.stdout) < 100_000) == (1, True)
    assert "19900 more values or keys are wrong" in done.stdout
    assert counts["get_close_matches"] == 100
    assert counts["setting_types"] < 1_000, "settings are walked through once, not for each key"


SECRET = "hunter2:$6$salt"  # a line as of /etc/shadow


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit", "markdown"])
@pytest.mark.parametrize("where", ["../outside", "ABSOLUTE", "link"])
def test_a_file_outside_of_the_profiles_folder_is_not_shown(tmp_path: Path, where: str, form: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text(SECRET, encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(outside)
    name = str(outside) if where == "ABSOLUTE" else where
    profile = tmp_path / "in" / "p.yaml"
    profile.write_text(f"name: a\nnamespace: b\nlimits: [{json.dumps(name)}]\n", encoding="utf-8")
    done = redismanifests("check", profile, "--format", form)
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    assert "outside of the folder of the profile" in done.stdout


def test_a_file_that_is_named_on_the_command_line_may_lie_anywhere(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "p.yaml").write_text("name: a\nnamespace: jewelry-shop\n", encoding="utf-8")
    (tmp_path / "limits.yaml").write_text(json.dumps(LIMITS[2]), encoding="utf-8")
    done = redismanifests("check", tmp_path / "in" / "p.yaml", "--limits", tmp_path / "limits.yaml")
    assert (done.returncode, "outside of the folder" in done.stdout) == (0, False)


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit", "markdown"])
def test_no_control_character_reaches_a_log(tmp_path: Path, form: str) -> None:
    steering = "\x1b[2J\x07\x9b31m\u202e\u2028"
    profile = tmp_path / "p.yaml"
    profile.write_text(
        json.dumps(
            {"name": f"a{steering}", "namespace": "b", f"k{steering}": 1, "redis": {"image": steering}}
        ),
        encoding="utf-8",
    )
    done = redismanifests("check", profile, "--format", form)
    assert done.returncode == 1
    shown = done.stdout + done.stderr
    assert all(character == "\n" or character.isprintable() for character in shown), sorted(
        {c for c in shown if c != "\n" and not c.isprintable()}
    )


def test_every_field_of_a_report_that_is_read_back_is_escaped(
    tmp_path: Path, samples: dict[str, Any]
) -> None:
    markup = "<script>alert(1)</script>"
    shapes: set[tuple[object, ...]] = set()
    for path in every_place(samples["report"]):
        made = copy.deepcopy(samples["report"])
        parent = made
        ended = []
        for step in path[:-1]:
            parent = parent[step]
            ended += [parent["status"]] if isinstance(parent, dict) and "status" in parent else []
        # Of the members of a list that ended alike, one: the same lines show them.
        shape = (*(step for step in path if isinstance(step, str)), *ended)
        if shape in shapes:
            continue
        shapes.add(shape)
        # What a pod answered stands in a block of code, where nothing is markup.
        if not isinstance(parent[path[-1]], str) or path[0] == "follows" or "evidence" in path:
            continue
        parent[path[-1]] = markup
        file = tmp_path / "report.json"
        file.write_text(json.dumps(made), encoding="utf-8")
        done = CliRunner().invoke(cli, ("report", "show", str(file)), standalone_mode=False)
        # Between backticks, and in a block of code (the lanes), nothing is markup.
        assert "<script>" not in re.sub("`[^`]*`|^ {4}.*$", "", done.output, flags=re.MULTILINE), path


def test_a_shell_pipe_with_a_writer_is_read(tmp_path: Path) -> None:
    text = json.dumps(LIMITS[2])
    (tmp_path / "limits").write_text(text, encoding="utf-8")
    script = 'exec "$@" --limits <(cat "$0")'
    command = ["bash", "-c", script, str(tmp_path / "limits"), *PROGRAM, "check", str(REFERENCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


STEERING = "o\x1b[31m\u202e\x9b"


@pytest.mark.parametrize(
    "command",
    [
        ("render", "PROFILE", "-o", "FOLDER"),
        ("render", "PROFILE", "-o", "FOLDER", "--check"),
        ("diff", "PROFILE", "FOLDER"),
        ("check", "PROFILE", "--fix", "--yes"),
        ("check", "PROFILE", "PROFILE"),
        ("plan", "PROFILE"),
        ("init", "PROFILE"),
        ("init", "FOLDER/new.yaml"),
        ("client", "PROFILE", "redis-py"),
        ("report", "show", "PROFILE"),
    ],
)
def test_names_of_files_do_not_steer_a_terminal(tmp_path: Path, command: tuple[str, ...]) -> None:
    profile = tmp_path / f"{STEERING}.yaml"
    profile.write_text("name: a\nnamespace: b\nsentinel: {parallelSyncs: 3}\n", encoding="utf-8")
    edited = tmp_path / "rendered"
    assert redismanifests("render", profile, "-o", edited).returncode == 0
    for file in edited.glob("*.yaml"):
        file.write_text(f"# {STEERING}\n{file.read_text('utf-8')}", encoding="utf-8")
    names = {"PROFILE": profile.name, "FOLDER": STEERING}
    words = [next((word.replace(k, v) for k, v in names.items() if k in word), word) for word in command]
    done = redismanifests(*words, cwd=tmp_path)
    shown = done.stdout + done.stderr
    assert all(c in "\n\t" or c.isprintable() for c in shown), (words, shown)


def test_no_line_is_printed_of_a_name_that_was_not_made_printable() -> None:
    """`say` is the one way to print a line that is put together; a report's text is escaped where it is laid out."""
    for file in sorted((TOP / "src/redismanifests/cli").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.echo" and node.args:
                assert not isinstance(node.args[0], ast.JoinedStr), f"{file}:{node.lineno}"
