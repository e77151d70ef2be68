"""The waits of the scripts and the budgets that the manifests give them."""

from __future__ import annotations

import re
from pathlib import Path

from redismanifests.facts import startup

SCRIPTS = Path(__file__).parent.parent.parent / "templates" / "startup"


def number(script: str, pattern: str) -> int:
    found = re.search(pattern, (SCRIPTS / script).read_text().replace("\n# ", " "))
    assert found, f"{script} does not say {pattern}"
    return int(found[1])


def test_the_startup_budget_covers_the_longest_wait_of_the_start_script() -> None:
    cap = number("redis-decide.sh", r"HANDOVER_CAP = (\d+)")
    assert number("redis-start.sh", r"rounds of asking \(2 x 3 s\) = (\d+) s") == cap + 6
    assert cap + 6 == startup.REDIS_WAIT_SECONDS < startup.REDIS_BUDGET_SECONDS


def test_the_grace_period_covers_the_longest_hand_over() -> None:
    assert number("redis-handover.sh", r"it can last (\d+) s") == startup.HANDOVER_SECONDS
    waits = number("redis-handover.sh", r"\nHANDOVER_SECONDS=(\d+)")
    assert waits + number("redis-handover.sh", r"\nLINGER_SECONDS=(\d+)") < startup.HANDOVER_SECONDS
