"""An application with the printed settings lives through the end of its master, and notices nothing but a pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libraries
import pytest
from rehearsed import rehearsed

from deployment import MINIMAL, ONLY_FOR_TESTS, reviewed
from redismanifests.profile.derived.recovery import recovery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.usefixtures("machine")]

APPLICATIONS = {"redis-py": "redis_py.py", "django": "django_cache.py", "celery": "celery_tasks.py"}


@pytest.fixture(scope="session")
def python(require: Callable[[bool, str], None]) -> Path:
    try:
        return libraries.python()
    except libraries.NotThereError as error:
        require(False, f"the package index did not give the client libraries: {error}")
        raise


OTHERS = {path.stem: path for path in ONLY_FOR_TESTS}


@pytest.mark.parametrize(
    ("library", "profile", "fault"),
    [
        *((library, MINIMAL, fault) for library in APPLICATIONS for fault in ("killed", "frozen")),
        ("redis-py", OTHERS["acl"], "killed"),
        ("celery", OTHERS["password"], "killed"),
        *((library, OTHERS["tls"], "killed") for library in APPLICATIONS),
        ("redis-py", OTHERS["tls-hostname"], "killed"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_an_application_with_the_printed_settings_sees_a_pause_within_the_bound_and_no_error(
    library: str, profile: Path, fault: str, python: Path
) -> None:
    seen = rehearsed(profile, library, python, APPLICATIONS[library], fault)
    bound = recovery(reviewed(profile).profile).normal_ms / 1000
    assert seen["promoted"]
    assert seen["end"] == "", seen["worker"]
    assert seen["lost"] == []
    assert seen["acknowledged"] > 20
    # An election that failed by chance is seen in the Sentinels' logs, and allowed for once.
    assert seen["outage_s"] <= bound + seen["later_s"], seen
    # The settings wait for a failover that goes well.
    assert seen["errors"] == [] or seen["later_s"], seen
