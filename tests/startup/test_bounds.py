"""The waits of the scripts and the budgets that the manifests give them."""

from __future__ import annotations

import re
from pathlib import Path

from redismanifests.profile.derived import recovery
from redismanifests.profile.formulas import startup

SCRIPTS = Path(__file__).parent.parent.parent / "templates" / "startup"


def number(script: str, pattern: str) -> int:
    found = re.search(pattern, (SCRIPTS / script).read_text().replace("\n# ", " "))
    assert found, f"{script} does not say {pattern}"
    return int(found[1])


def test_the_startup_budget_covers_the_longest_wait_of_the_start_script() -> None:
    cap = number("redis-decide.sh", r"HANDOVER_CAP = (\d+)")
    assert number("redis-decide.sh", r"EMPTY_AFTER = (\d+)") <= cap
    assert number("redis-start.sh", r"rounds of asking \(2 x 3 s\) = (\d+) s") == cap + 6
    assert cap == startup.HANDOVER_CAP_SECONDS
    assert number("redis-decide.sh", r"HANDOVER_EXTRA = (\d+)") == startup.HANDOVER_EXTRA_SECONDS
    assert cap + 6 == startup.REDIS_WAIT_SECONDS < startup.REDIS_BUDGET_SECONDS


def test_the_grace_period_covers_the_longest_hand_over() -> None:
    assert number("redis-handover.sh", r"it can last (\d+) s") == startup.HANDOVER_SECONDS
    waits = number("redis-handover.sh", r"\nHANDOVER_SECONDS=(\d+)")
    assert waits + number("redis-handover.sh", r"\nLINGER_SECONDS=(\d+)") < startup.HANDOVER_SECONDS


def test_a_sentinel_has_the_time_that_its_hook_may_take() -> None:
    assert number("sentinel-leave.sh", r"it can last (\d+) s") == startup.LEAVE_SECONDS
    waits, call = (
        number("sentinel-leave.sh", r"\nLEAVE_SECONDS=(\d+)"),
        number("lib.sh", r"\nCALL_SECONDS=(\d+)"),
    )
    assert waits + call == startup.LEAVE_SECONDS


def test_a_round_of_asking_is_one_time_out_and_a_second() -> None:
    call = number("lib.sh", r"\nCALL_SECONDS=(\d+)")
    for script in ("redis-start.sh", "sentinel-start.sh"):
        assert call + number(script, r"\n  sleep (\d+)\ndone") == startup.ROUND_SECONDS


def test_the_plan_knows_when_the_fence_acts() -> None:
    assert number("redis-fence-decide.sh", r"MARGIN = 0.(\d+)") * 100 == recovery.FENCE_MARGIN_MS
    assert number("redis-fence-decide.sh", r"MARGIN_PART = 0.(\d+)") / 10 == recovery.FENCE_MARGIN_PART
    assert recovery.lease_ms(5000) == 4200
    assert recovery.lease_ms(1000) == 600


def test_deadlines_of_rehearsals_know_the_waits_of_the_scripts() -> None:
    assert number("redis-decide.sh", r"FOLLOW_AFTER = (\d+)") == startup.FOLLOW_AFTER_SECONDS
    assert number("sentinel-decide.sh", r"ALONE_AFTER = (\d+)") == startup.ALONE_AFTER_SECONDS
    assert number("redis-start.sh", r"\nASK_AGAIN_SECONDS=(\d+)") == startup.ASK_AGAIN_SECONDS
    assert number("redis-handover.sh", r"\nSYNC_SECONDS=(\d+)") == startup.SYNC_SECONDS
    assert number("redis-handover.sh", r"\nOFFSETS_SECONDS=(\d+)") == startup.OFFSETS_SECONDS
    assert number("redis-handover.sh", r"_tries\" -lt (\d+) ") / 10 == startup.OFFSETS_SECONDS
    assert number("redis-handover.sh", r"\nPAUSED_CALL_SECONDS=(\d+)") == startup.PAUSED_CALL_SECONDS
    assert number("redis-fence-decide.sh", r"UNATTENDED_AFTER = (\d+)") == startup.UNATTENDED_SECONDS
    assert number("sentinel-links.sh", r"\nSPIN_PAUSE_SECONDS=(\d+)") == startup.SPIN_PAUSE_SECONDS
