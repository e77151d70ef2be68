"""Objects that are scaled in a rehearsal are those that the same profile with other replicas gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.prove.rehearse.bench.scaling import cannot_be_scaled, scaled
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.service import applied, services
from sabotage.play import reviewed
from sabotage.sabotage import MINIMAL

if TYPE_CHECKING:
    from pathlib import Path


def _rendered(folder: Path, redis: int, sentinels: int, addressing: str) -> Objects:
    profile = MINIMAL | {
        # A computed one follows from the number of Sentinels too: each costs the fence of every Redis some memory.
        "redis": {"replicas": redis, "maxmemory": "128Mi"},
        "sentinel": {"replicas": sentinels},
        "addressing": {"mode": addressing},
    }
    folder.mkdir()
    return Objects.of(o.manifest for o in reviewed(profile, folder).rendering.objects)


def _without_marks(objects: Objects) -> list[Any]:
    marked = [dict(item) for item in objects.items]
    for item in marked:
        if item["kind"] == "StatefulSet":
            annotations = item["spec"]["template"]["metadata"]["annotations"]
            assert any(name.startswith("checksum/") for name in annotations)
            kept = {n: v for n, v in annotations.items() if not n.startswith("checksum/")}
            annotations.clear()
            annotations.update(kept)
    return sorted(marked, key=lambda item: (item["kind"], item["metadata"]["name"]))


@pytest.mark.parametrize("addressing", ["service", "hostname"])
@pytest.mark.parametrize(
    ("old", "new"), [((3, 3), (5, 3)), ((5, 3), (3, 3)), ((3, 3), (3, 5)), ((3, 5), (4, 3))]
)
def test_scaled_objects_are_those_of_the_profile_with_other_replicas(
    tmp_path: Path, old: tuple[int, int], new: tuple[int, int], addressing: str
) -> None:
    there = _rendered(tmp_path / "old", *old, addressing)
    wanted = _rendered(tmp_path / "new", *new, addressing)
    assert cannot_be_scaled(there) == ""
    assert _without_marks(scaled(there, redis=new[0], sentinels=new[1])) == _without_marks(wanted)


def test_an_address_stays_and_a_service_that_is_no_longer_rendered_too(tmp_path: Path) -> None:
    """kubectl apply deletes nothing."""
    three, five = (_rendered(tmp_path / str(n), n, 3, "service") for n in (3, 5))
    before = services(three)
    grown = applied(before, five)
    assert {s.name: s.cluster_ip for s in before}.items() <= {s.name: s.cluster_ip for s in grown}.items()
    assert {s.name for s in grown} - {s.name for s in before} == {"redis-3", "redis-4"}
    addresses = [s.cluster_ip for s in grown if s.cluster_ip]
    assert len(set(addresses)) == len(addresses)
    assert applied(grown, three) == grown
