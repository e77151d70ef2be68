"""What a command does not need, it does not import: the command line stays quick, and no test needs a clock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[2] / "profiles" / "jewelry-shop.yaml"

RUN = """
import sys
from redismanifests.__main__ import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def imported(*arguments: str | Path) -> set[str]:
    """Modules in a process that ran this command."""
    process = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
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


def test_render_imports_what_it_uses_and_not_the_search_for_plugins(tmp_path: Path) -> None:
    modules = imported("render", REFERENCE, "--output", tmp_path / "rendered")
    assert {"click", "pydantic", "jinja2", "ruamel.yaml"} <= modules
    # difflib: only differences and misspelt names need it; kubeconform: only where it is asked for.
    unused = {"importlib.metadata", "difflib", "subprocess", "asyncio", "redismanifests.schema.kubeconform"}
    assert not modules & unused


def test_settings_of_an_application_need_neither_rules_nor_rendered_objects() -> None:
    modules = imported("client", REFERENCE, "redis-py")
    assert not modules & {"redismanifests.rules", "redismanifests.review", "yaml12", "redis", "subprocess"}


def test_help_of_drills_imports_neither_a_profile_nor_a_drill() -> None:
    modules = imported("drill", "--help")
    assert not modules & {
        "pydantic",
        "jinja2",
        "ruamel.yaml",
        "asyncio.subprocess",
        "redismanifests.drills.play",
    }


def test_no_section_of_a_profile_has_a_validator_of_its_own() -> None:
    code = (
        "from redismanifests.profile import Profile; from redismanifests.core.setting import Section\n"
        "Profile.model_rebuild()\n"
        "def below(c):\n"
        "    for s in c.__subclasses__():\n"
        "        yield s; yield from below(s)\n"
        "print(*sorted(c.__name__ for c in below(Section) if c.__pydantic_complete__))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"Profile"}


def test_pydantic_gets_its_own_module_where_it_asks_for_more_than_plugins() -> None:
    code = (
        "from redismanifests.start import start_lightly; start_lightly()\n"
        "from pydantic.plugin._loader import get_plugins; print(len(get_plugins()))\n"
        "from pydantic.plugin._loader import PYDANTIC_ENTRY_POINT_GROUP; print(PYDANTIC_ENTRY_POINT_GROUP)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "pydantic"]
