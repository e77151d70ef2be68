"""What a command does not need, it does not import: the command line stays quick, and no test needs a clock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installation import installation
from redismanifests.cli import COMMANDS

REFERENCE = Path(__file__).parents[2] / "profiles" / "jewelry-shop.yaml"

RUN = """
import sys
from redismanifests.__main__ import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def imported(*arguments: str | Path, package: Path | None = None) -> set[str]:
    """Modules in a process that ran this command; of this checkout, or of the package in a folder."""
    process = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"} | ({"PYTHONPATH": str(package)} if package else {}),
    )
    assert process.returncode == 0, process.stderr[-2000:]
    return set(process.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_read_no_profile_and_render_nothing(option: str) -> None:
    assert not imported(option) & {"pydantic", "jinja2", "ruamel.yaml", "yaml12"}


def test_explain_needs_no_templates_and_no_yaml() -> None:
    assert not imported("explain", "RM021") & {"jinja2", "ruamel.yaml", "yaml12"}


def test_scenarios_are_listed_without_reading_a_profile_or_running_anything() -> None:
    assert not imported("rehearse", "--list") & {
        "pydantic",
        "jinja2",
        "ruamel.yaml",
        "yaml12",
        "redis",
        "dnslib",
    }


def test_render_imports_what_it_uses_and_not_what_was_made_when_the_package_was_built(tmp_path: Path) -> None:
    package = installation(tmp_path / "package")
    modules = imported("render", REFERENCE, "--output", tmp_path / "rendered", package=package)
    assert {"click", "pydantic_core", "ruamel.yaml"} <= modules
    assert not {name for name in modules if name.partition(".")[0] in ("pydantic", "jinja2")}
    # difflib: only differences and misspelt names need it; kubeconform: only where it is asked for; backups: not here.
    unused = {
        "redismanifests.judge.final",
        "redismanifests.profile.derived.backup.view",
        "importlib.metadata",
        "difflib",
        "subprocess",
        "asyncio",
        "redismanifests.judge.kubernetes.kubeconform",
    }
    assert not modules & unused


def test_check_imports_no_alerts_where_nothing_is_monitored() -> None:
    assert not {
        name
        for name in imported("check", REFERENCE)
        if name.startswith("redismanifests.features.alerts.index")
    }


def test_settings_of_an_application_need_neither_rules_nor_rendered_objects() -> None:
    modules = imported("client", REFERENCE, "redis-py")
    assert not modules & {
        "redismanifests.judge.rules",
        "redismanifests.judge.review",
        "yaml12",
        "redis",
        "subprocess",
    }


def test_help_of_drills_imports_neither_a_profile_nor_a_drill() -> None:
    modules = imported("drill", "--help")
    assert not modules & {
        "pydantic",
        "jinja2",
        "ruamel.yaml",
        "asyncio.subprocess",
        "redismanifests.prove.drill.play",
    }


LIBRARIES = {"pydantic", "pydantic_core", "jinja2", "ruamel.yaml", "yaml12", "redismanifests.judge.review"}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_imports_nothing_that_its_run_needs(command: str) -> None:
    assert not imported(command, "--help") & LIBRARIES


def test_completion_imports_nothing_that_a_run_needs() -> None:
    words = {"COMP_WORDS": "redismanifests render --", "COMP_CWORD": "2"}
    asked = {"_REDISMANIFESTS_COMPLETE": "bash_complete", **words}
    done = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, check=False, env={**os.environ, **asked}
    )
    assert "--output" in done.stdout
    assert not set(done.stderr.splitlines()[-1].split()) & LIBRARIES
