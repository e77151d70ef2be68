"""tools/build_kubernetes.py: builds once, never by halves, and takes what it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployment import TOP

TOOL = TOP / "tools" / "build_kubernetes.py"

BUILT = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"]
"""Of the oldest Kubernetes, which alone pins the controllers."""

SLOW_GO = """#!/bin/sh
echo "$@" >> "$CALLS"
for last; do :; done
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"
sleep 0.3
printf 'echo %s\\n' "$last" >> "$2"
chmod 755 "$2"
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An empty cache, and a Go that only pretends."""
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(SLOW_GO)
    go.chmod(0o755)
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("KUBEBUILDER_ASSETS", "KUBERNETES_MINOR")
    }
    return {
        **kept,
        "PATH": f"{go.parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "CALLS": str(tmp_path / "calls"),
    }


def started(environment: dict[str, str], *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, TOOL, *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=60)
    return process.returncode, output.strip(), errors.strip()


def calls(environment: dict[str, str]) -> list[str]:
    file = Path(environment["CALLS"])
    return file.read_text().splitlines() if file.exists() else []


def test_two_builds_at_once_build_each_program_once(environment: dict[str, str]) -> None:
    both = [started(environment) for _ in range(2)]
    answers = [said(each) for each in both]
    folder = Path(answers[0][1])
    assert [(code, output) for code, output, _ in answers] == [(0, str(folder))] * 2
    assert len(calls(environment)) == len(BUILT)
    assert sorted(each.name for each in folder.iterdir()) == [*BUILT, "lock"]
    assert said(started(environment, "--built"))[:2] == (0, str(folder))


def test_a_build_that_was_killed_leaves_no_half_a_program(environment: dict[str, str]) -> None:
    killed = started(environment)
    assert killed.stderr is not None
    killed.stderr.readline()
    killed.kill()
    killed.communicate()
    code, folder, _ = said(started(environment))
    assert code == 0
    assert sorted(each.name for each in Path(folder).iterdir()) == [*BUILT, "lock"]


def test_every_pinned_minor_has_a_folder_of_its_own(environment: dict[str, str]) -> None:
    folders = {said(started({**environment, "KUBERNETES_MINOR": minor}))[1] for minor in ("1.32", "1.37")}
    assert sorted(Path(each).name.rpartition(".")[0] for each in folders) == [
        "kubernetes-1.32",
        "kubernetes-1.37",
    ]


def test_what_is_not_built_is_said_in_one_line(environment: dict[str, str]) -> None:
    code, output, errors = said(started(environment, "--built"))
    assert (code, output, calls(environment)) == (1, "", [])
    assert errors.startswith("etcd and kube-apiserver and kubectl not in ")
    assert errors.endswith(": run tools/build_kubernetes.py")


def test_a_folder_of_ones_own_is_taken_and_never_built_into(
    environment: dict[str, str], tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    code, output, errors = said(started({**environment, "KUBEBUILDER_ASSETS": str(own)}))
    assert (code, output, calls(environment)) == (1, "", [])
    assert errors.endswith("KUBEBUILDER_ASSETS names this folder")
    for name in ("etcd", "kube-apiserver", "kubectl"):
        (own / name).write_text("")
        (own / name).chmod(0o755)
    assert said(started({**environment, "KUBEBUILDER_ASSETS": str(own)})) == (0, str(own), "")


def test_an_unknown_minor_is_refused_with_those_that_are_pinned(environment: dict[str, str]) -> None:
    code, _, errors = said(started({**environment, "KUBERNETES_MINOR": "1.1"}))
    assert code == 1
    assert "pinned are 1.32, 1.37" in errors
