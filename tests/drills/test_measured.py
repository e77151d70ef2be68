"""The pod of a drill sees what the rehearsal's own application sees: the same outage within a second, the same loss."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from measured import measured

from deployment import MINIMAL, ONLY_FOR_TESTS, TOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCRIPT = TOP / "templates" / "drill" / "measure.sh"
OTHERS = {path.stem: path for path in ONLY_FOR_TESTS}
RETRY_S = 1.0
"""Both clients try once a second, each from a moment of its own: one may meet the end of an outage a try later."""
RESOLUTION_S = 0.1
"""Between two writes of the pod of a drill, of which the first that is acknowledged ends the outage (checked below)."""
LATE_S = 0.5
"""How late a loaded machine may start a try: the clients are processes of their own, each with shells or a Python."""
SAME_S = RETRY_S + RESOLUTION_S + LATE_S
"""What the two may differ by and still have seen the same outage; a failover takes six times as long."""


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("profile", "fault"),
    [
        (MINIMAL, "killed"),
        (MINIMAL, "frozen"),
        (MINIMAL, "deleted"),
        (MINIMAL, "force-deleted"),
        (OTHERS["acl"], "killed"),
        (OTHERS["hostname"], "killed"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_the_pod_of_a_drill_measures_what_the_application_of_a_rehearsal_measures(
    profile: Path, fault: str
) -> None:
    seen = measured(profile, fault)
    own, drill = seen["own"], seen["drill"]
    assert seen["before"] == seen["master"]
    assert abs(own["outage_s"] - drill["outage_s"]) < SAME_S, seen
    assert (own["lost"], drill["lost"], seen["not_looked_up"]) == (0, 0, "")
    assert drill["acknowledged"] > 100
    assert drill["resolution_s"] < RESOLUTION_S
    assert drill["promoted"] not in ("", seen["master"])
    assert drill["agreed_s"] is not None
    assert drill["agreed_s"] >= drill["outage_s"] - 1


def test_both_shells_parse_the_script_that_measures(require_tool: Callable[[str, str], str]) -> None:
    shells = [
        (require_tool("dash", "Debian package dash"),),
        (require_tool("busybox", "Debian package busybox"), "sh"),
    ]
    for shell in shells:
        done = subprocess.run([*shell, "-n", str(SCRIPT)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_finds_nothing_in_it() -> None:
    shellcheck = shutil.which("shellcheck")
    assert shellcheck
    done = subprocess.run(
        [shellcheck, "--shell=sh", str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
