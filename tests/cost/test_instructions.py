"""Instructions: what commands cost, counted by valgrind, which other work on the machine does not change.

    UPDATE_COST=1 pytest -m slow tests/cost

writes `instructions.txt` again. A line that grows needs its reason in the commit.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commandline import PROGRAM
from redismanifests.cli.manifests import many

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

TABLE = Path(__file__).with_name("instructions.txt")
ROOT = Path(__file__).resolve().parents[2]
PROFILE = ROOT / "profiles" / "jewelry-shop.yaml"
FLOOR = "import click, pydantic, jinja2, ruamel.yaml"
LIBRARIES = ("click", "jinja2", "pydantic", "pydantic-core", "py-yaml12", "ruamel.yaml")
SAME, OTHERWISE = 1.03, 1.25
"""How much more than in the table is allowed: with the libraries and the Python of the table; and, in multiples of the
floor, with others."""
COMMANDS = {
    "the floor": (),
    "--version": ("--version",),
    "--help": ("--help",),
    "render --help": ("render", "--help"),
    "check": ("check", str(PROFILE)),
    "render": ("render", str(PROFILE), "--stdout"),
}
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")


def _ran(command: list[str]) -> str:
    """What a command printed on standard error."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, cwd=ROOT
    ).stderr


def _instructions(*arguments: str, program: str = PROGRAM[-1]) -> int:
    """Millions of instructions of the second run: the first writes byte code."""
    command = [*PROGRAM[:-1], program, *arguments]
    _ran(command)
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    said = _ran([*valgrind, *command])
    counted = _COUNTED.search(said)
    assert counted, said
    return round(int(counted[1].replace(",", "")) / 1e6)


def _further(folder: Path) -> int:
    """Millions of instructions of each further profile of a run, in one process."""
    count = {}
    for number in (2, 10):
        place = folder / str(number)
        place.mkdir()
        for each in range(number):
            text = f"name: orders-{each}\nnamespace: shop-{each}\n"
            (place / f"profile-{each}.yaml").write_text(text, encoding="utf-8")
        count[number] = _instructions("check", str(place))
    return round((count[10] - count[2]) / 8)


def _table() -> tuple[str, dict[str, int]]:
    """What it was counted with, and the millions of each line."""
    first, *lines = TABLE.read_text(encoding="utf-8").splitlines()
    return first, {line[11:]: int(line[:10]) for line in lines}


def _with() -> str:
    named = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"Python {platform.python_version()} {platform.machine()}, {named}"


def test_no_command_costs_more_instructions_than_the_table_says(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    require_tool("valgrind", "apt-get install valgrind")
    # What a checkout compiles is kept after some runs.
    for _ in range(3):
        _ran([*PROGRAM, "render", str(PROFILE), "--stdout"])
    counted = {
        name: _instructions(*arguments, **({} if arguments else {"program": FLOOR}))
        for name, arguments in COMMANDS.items()
    }
    assert many.ENOUGH > 10  # a further profile is judged by the process that is counted
    counted["a further profile of check"] = _further(tmp_path)
    if "UPDATE_COST" in os.environ:
        lines = [_with(), *(f"{millions:10} {name}" for name, millions in counted.items())]
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    made_with, table = _table()
    assert counted.keys() == table.keys()
    # Libraries that changed cost more or less themselves: then everything is compared with their import.
    same = made_with == _with()
    most = {
        name: millions * SAME if same else millions / table["the floor"] * counted["the floor"] * OTHERWISE
        for name, millions in table.items()
    }
    grown = {
        name: f"{millions} of {most[name]:.0f}" for name, millions in counted.items() if millions > most[name]
    }
    assert not grown, (
        f"millions of instructions, and the most ({'as' if same else 'not as'} {made_with}): {grown}"
    )
