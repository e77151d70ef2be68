"""The engine changes under load: allowed pairs are rolled out, and a refused one stops at its first pod.

Every pair: tests/startup/test_formats.py, with servers alone; by hand ``rehearse --scenario engine-changed``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from commandline import redismanifests
from deployment import MINIMAL, REFERENCE
from notheld import why
from redismanifests.judge.review import review
from redismanifests.profile.formulas.format import update
from redismanifests.prove.rehearse import run
from redismanifests.prove.rehearse.bench.substitution import NEXT, with_next_image
from redismanifests.prove.toycluster.objects import Objects
from startup.engines import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS = lines()
ROLLED = (("redis-7.0", "redis-8.2"), ("valkey-8.1", "valkey-9.1"), ("redis-7.0", "valkey-8.1"))
"""Two updates without a way back, and one to the other engine: a minute and a half each."""
REFUSED = ("redis-8.0", "redis-7.0")


def here(*needed: str) -> None:
    """Skip where a server is missing."""
    if missing := set(needed) - SERVERS.keys():
        pytest.skip(f"not here: {', '.join(sorted(missing))} (tools/fetch_engines.py)")


def objects(profile: Any) -> list[dict[str, Any]]:
    return [each.manifest for each in review(profile).rendering.objects]


def images(found: Objects) -> Iterator[str]:
    for item in found.of_kind("StatefulSet"):
        yield from (each["image"] for each in item["spec"]["template"]["spec"]["containers"])


def test_only_the_images_of_redis_and_sentinel_become_others() -> None:
    before = Objects.of(objects(REFERENCE))
    after = with_next_image(before)
    changed = [(old, new) for old, new in zip(images(before), images(after), strict=True) if old != new]
    assert changed
    assert all(new == NEXT + old for old, new in changed)
    assert sorted(old for old in images(before) if "exporter" in old) == sorted(
        new for new in images(after) if "exporter" in new
    )
    assert [item for item in before.items if item["kind"] != "StatefulSet"] == [
        item for item in after.items if item["kind"] != "StatefulSet"
    ]


def test_without_another_server_the_scenario_is_refused_with_the_option() -> None:
    refused = redismanifests("rehearse", MINIMAL, "--scenario", "engine-changed")
    assert refused.returncode == 2
    assert "name it with --next-server" in refused.stderr


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(("old", "new"), ROLLED, ids=[f"{old}-to-{new}" for old, new in ROLLED])
def test_an_allowed_change_of_the_engine_is_rolled_out_under_load(old: str, new: str) -> None:
    assert update(old, new).disk
    here(old, new)
    result = run(objects(MINIMAL), "engine-changed", engine=SERVERS[old], next_engine=SERVERS[new])
    assert result.held, why(result)


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.usefixtures("machine")
def test_a_refused_change_stops_at_its_first_pod_and_loses_nothing() -> None:
    old, new = REFUSED
    assert not update(old, new).disk
    here(old, new)
    result = run(objects(MINIMAL), "engine-changed", engine=SERVERS[old], next_engine=SERVERS[new])
    measures = {each.name: each for each in result.measures}
    assert not result.held
    assert measures["servers of the former version"].value == 2
    assert measures["lost acknowledged writes"].held
    assert measures["outage"].held
