"""`verify --rehearse`: the reference passes what needs no node; the hand-built deployment fails where it always did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commandline import redismanifests
from deployment import REFERENCE, TOP

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.usefixtures("machine")]

NEEDS_A_NODE_OR_AN_API_SERVER = {
    *(
        f"PB1{number:02}"
        for number in (0, 1, 2, 10, 11, 20, 30, 31, 32, 33, 40, 50, 51, 60, 61, 62, 70, 72, 80, 81)
    ),
    # The version of the API server.
    "PB204",
    # A snapshot is due after a minute at the earliest.
    "PB044",
}


def outcomes(*arguments: object) -> tuple[int, dict[str, dict[str, Any]]]:
    done = redismanifests("verify", *map(str, arguments), "--rehearse", "--format", "json")
    assert done.stdout, done.stderr
    return done.returncode, {each["code"]: each for each in json.loads(done.stdout)["outcomes"]}


def test_on_a_rehearsal_of_the_reference_everything_that_needs_no_node_passes() -> None:
    code, found = outcomes(REFERENCE)
    others = {each: found[each]["facts"] for each in found if found[each]["status"] != "passed"}
    assert others.keys() <= NEEDS_A_NODE_OR_AN_API_SERVER, others
    assert {found[each]["status"] for each in others} == {"not verified"}
    assert found["PB171"]["status"] == "passed", "a real exporter was scraped"
    assert code == 0


def test_the_hand_built_deployment_fails_where_sentinel_knows_no_replica() -> None:
    code, found = outcomes(TOP / "tests" / "sabotage" / "handbuilt")
    assert found["PB022"]["facts"][0] == "redis-sentinel-0: Sentinel knows 0 of 2 replicas"
    assert found["PB033"]["status"] == "passed", "CKQUORUM says OK all the while"
    assert code == 1
