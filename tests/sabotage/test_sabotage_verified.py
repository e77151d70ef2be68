"""Every sabotage, deployed where the sound profile is asked for, is told by `verify` at the objects that it changed.

What each of them does to Redis is rehearsed beside this; here nothing runs.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.index import CLUSTER_PROBES
from redismanifests.prove.checks.look import Round
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.live.dump import Dump
from sabotage.play import changed, reviewed
from sabotage.table import SABOTAGES

if TYPE_CHECKING:
    from pathlib import Path

    from deployment import Manifest
    from sabotage.sabotage import Sabotage

INVENTORY = tuple(each for each in CLUSTER_PROBES if each.code in ("PB100", "PB101", "PB102"))


def _names(objects: list[Manifest]) -> dict[str, Manifest]:
    return {f"{each['kind']} {each['metadata']['name']}": each for each in objects}


def _facts(asked: list[Manifest], live: list[Manifest]) -> list[str]:
    namespace = asked[0]["metadata"]["namespace"]
    here = [{**each, "metadata": {**each["metadata"], "namespace": namespace}} for each in live]
    outcomes = asyncio.run(Round(Dump(here, namespace), Desired.of(asked)).outcomes(INVENTORY))
    return [fact for each in outcomes if each.status is Status.FAILED for fact in each.facts]


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.name)
def test_a_sabotage_that_is_deployed_is_told_at_the_objects_that_it_changed(
    sabotage: Sabotage, tmp_path: Path
) -> None:
    asked = [o.manifest for o in reviewed(sabotage.base, tmp_path).rendering.objects]
    live = changed(sabotage, tmp_path)
    facts = _facts(asked, live)
    told = {found[0] for fact in facts if (found := re.match(r"[A-Za-z]+ [a-z0-9-]+", fact))}
    ours, theirs = _names(asked), _names(live)
    wrong = {
        name for name in ours if name in theirs and ours[name]["kind"] and _differs(ours[name], theirs[name])
    }
    assert wrong | (ours.keys() - theirs.keys()) & told
    assert wrong <= told, facts


def _differs(one: Manifest, other: Manifest) -> bool:
    """Where it is and how its metadata name it is not what it does."""
    return {key: value for key, value in one.items() if key != "metadata"} != {
        key: value for key, value in other.items() if key != "metadata"
    }


def test_what_is_not_sabotaged_differs_in_nothing(tmp_path: Path) -> None:
    for base in {each.name: each.base for each in SABOTAGES}.values():
        objects = [o.manifest for o in reviewed(base, tmp_path).rendering.objects]
        assert _facts(objects, objects) == []
