"""The deployment that this project comes from, as a profile: its 26 checks passed, and it could not fail over."""

from __future__ import annotations

from pathlib import Path

from redismanifests.core.findings import Severity
from redismanifests.judge.review import review

FOUND = {finding.code: finding for finding in review(Path(__file__).parent / "handbuilt.yaml").findings}


def test_the_sentinel_that_knows_no_replica_is_an_error() -> None:
    assert FOUND["RM045"].severity is Severity.ERROR
    assert "it would find no replica" in FOUND["RM045"].fact
    assert "resolves no names" in FOUND["RM045"].fact


def test_the_target_that_one_failed_election_misses_is_a_warning() -> None:
    assert FOUND["RM021"].severity is Severity.WARNING
    assert "70.4s" in FOUND["RM021"].fact


def test_everything_else_that_was_wrong_is_told_as_well() -> None:
    told = {code: finding.name for code, finding in FOUND.items()}
    assert told == {
        "RM021": "failed-election-misses-target",
        "RM024": "startup-budget-below-waits",
        "RM025": "sentinel-may-be-throttled",
        "RM027": "liveness-by-tcp",
        "RM028": "grace-shorter-than-shutdown",
        "RM033": "maxmemory-unset",
        "RM036": "no-replica-acknowledges",
        "RM045": "sentinel-knows-no-replica",
        "RM067": "drains-take-all-pods",
        "RM073": "tag-without-digest",
        "RM212": "image-past-its-end",
        "RM230": "exporter-serves-any-target",
        "RM235": "redis-may-be-throttled",
    }
