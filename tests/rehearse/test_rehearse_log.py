"""Log: what all containers said, by time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.prove.toycluster.log import lines

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_of_all_containers_are_one_list_by_time_also_over_midnight(tmp_path: Path) -> None:
    (tmp_path / "redis-0_redis.log").write_text("23:59:58.500 first\n00:00:01.000 third\n", encoding="utf-8")
    (tmp_path / "redis-1_redis.log").write_text("23:59:59.250 second word\n", encoding="utf-8")
    (tmp_path / "journal").mkdir()
    began = datetime(2026, 11, 23, 23, 59, 58, 500_900, UTC).timestamp()
    found = lines(tmp_path, began)
    assert [line.text for line in found] == ["first", "second word", "third"]
    assert [(line.pod, line.container) for line in found][1] == ("redis-1", "redis")
    assert found[2].at == datetime(2026, 11, 24, 0, 0, 1, tzinfo=UTC).timestamp()
