"""Every flag that an engine can show of an instance is judged by what it says of that instance."""

from __future__ import annotations

from itertools import combinations

import pytest

from redismanifests.prove.checks.flag import healthy

KINDS = ("master", "slave", "sentinel")
OF_ITSELF = (
    *("s_down", "o_down", "disconnected", "failover_in_progress", "promoted", "reconf_sent", "reconf_inprog"),
    *("reconf_done", "force_failover", "script_kill_sent", "master_reboot"),
)
"""sentinel.c, addReplySentinelRedisInstance, of every engine; without the kinds and master_down."""


@pytest.mark.parametrize("kind", KINDS)
def test_an_instance_is_well_where_only_its_kind_is_shown(kind: str) -> None:
    assert healthy(kind, kind)
    assert not any(healthy(other, kind) for other in KINDS if other != kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_flag_about_the_instance_itself_is_passed_over(kind: str) -> None:
    several = [*combinations(OF_ITSELF, 1), *combinations(OF_ITSELF, 2), (*OF_ITSELF, "master_down")]
    for flags in several:
        assert not healthy(kind, ",".join((*flags, kind)))
        assert not healthy(kind, ",".join((kind, *flags)))


def test_what_a_peer_last_said_of_the_master_is_no_fault_of_the_peer() -> None:
    assert healthy("sentinel", "sentinel,master_down")
    assert not healthy("sentinel", "s_down,sentinel,master_down")
    assert not healthy("master", "master,master_down")


@pytest.mark.parametrize("kind", KINDS)
def test_a_flag_that_is_not_known_is_a_fault(kind: str) -> None:
    assert not healthy(kind, f"{kind},new_flag")
    assert not healthy(kind, "")
