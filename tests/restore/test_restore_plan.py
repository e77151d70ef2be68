"""The plan of a restore tells how long it takes to the first write, computed from the size and the store's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.plan import Budget, plan
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "Time to the first write of a restore"


def budget(tmp_path: Path, more: str) -> Budget:
    file = tmp_path / "profile.yaml"
    store = "{kind: s3, bucket: backups, secretName: s}"
    file.write_text(
        "name: redis-new\nnamespace: shop\n"
        f"restore:\n  from: {{namespace: shop, name: redis, size: 100M, store: {store}}}\n{more}"
    )
    return next(each for each in plan(review(file)).budgets if each.title == TITLE)


def test_each_part_follows_from_the_size(tmp_path: Path) -> None:
    found = {part.name: part.amount for part in budget(tmp_path, "  bandwidth: 10M\n").parts}
    assert found["the store gives 10M bytes a second"] == 10_000
    assert found["the dump is checked and copied"] == 3_334
    assert found["the first pod loads the data"] == 2_500
    assert found["a replica has a copy of it"] == 5_000


def test_no_copy_is_waited_for_where_no_replica_is_demanded(tmp_path: Path) -> None:
    names = [part.name for part in budget(tmp_path, "redis: {minReplicasToWrite: 0}\n").parts]
    assert "a replica has a copy of it" not in names


def test_it_is_judged_by_the_shortest_rto(tmp_path: Path) -> None:
    rto = "requirements: [{id: '1', text: back soon, rto: 30s}, {id: '2', text: back, rto: 1h}]\n"
    found = budget(tmp_path, rto)
    assert (found.limit.amount, found.fits) == (30_000, False)
    assert budget(tmp_path, "").fits


def test_without_a_restore_nothing_is_told(tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    file.write_text("name: redis\nnamespace: shop\n")
    assert TITLE not in [each.title for each in plan(review(file)).budgets]
