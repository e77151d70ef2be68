"""A change of the engine is refused where the data could not follow it, and warned of where they could not return.

The table itself is held to real servers by tests/startup/test_formats.py.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review, review_of, update_findings
from redismanifests.judge.update import from_files
from redismanifests.profile.formulas.format import DUMPS, ONE_FILE, loads, sent, update

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.judge.review import Review
    from redismanifests.judge.update import Deployed

PAIRS = tuple(product(DUMPS, repeat=2))


def image(line: str) -> str:
    """An image of a line, at a patch version that none of our rules needs to know."""
    engine, _, version = line.partition("-")
    return f"{'valkey/' if engine == 'valkey' else ''}{engine}:{version}.99"


@cache
def reviewed(reference: str) -> Review:
    """A deployment of this image."""
    text = f"name: redis\nnamespace: shop\nredis: {{image: '{reference}'}}\n"
    return review_of(source_from_text("profile.yaml", text))


@cache
def deployed(reference: str) -> Deployed:
    """The same, as it lies in its folder."""
    return from_files(reviewed(reference).rendering.files)


def changed(before: str, after: str) -> list[Finding]:
    """What an update of one image to another finds about the engine."""
    found = update_findings(reviewed(after), deployed(before))
    return [finding for finding in found if finding.code in ("RM216", "RM217")]


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=[f"{old}-to-{new}" for old, new in PAIRS])
def test_a_change_is_an_error_where_the_volume_is_unreadable_and_a_warning_where_there_is_no_return(
    old: str, new: str
) -> None:
    found = changed(image(old), image(new))
    crosses = old.partition("-")[0] != new.partition("-")[0]
    forth, back = update(old, new).disk, update(new, old).disk
    expected = ["RM216"] if not forth else ["RM217"] if not back or crosses else []
    assert [finding.code for finding in found] == expected
    for finding in found:
        assert old in finding.fact
        assert new in finding.fact
        assert finding.fix
        assert finding.path == ("redis", "image")


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=[f"{old}-to-{new}" for old, new in PAIRS])
def test_the_two_directions_of_a_pair_are_one_fact(old: str, new: str) -> None:
    there, back = update(old, new), update(new, old)
    assert (there.disk, there.copy) == (back.disk_back, back.copy_back)
    # A copy is never refused where the volume is read: a master sends what it writes, or something older.
    assert sent(old, new) <= DUMPS[old]
    assert there.copy or not there.disk
    assert loads(new, DUMPS[new])


def test_redis_goes_only_forward_and_valkey_takes_redis_up_to_its_own_beginning() -> None:
    assert update("redis-7.0", "redis-8.2") == (True, True, False, False)
    assert update("redis-8.2", "redis-8.0") == (True, True, True, True)
    assert update("redis-7.2", "valkey-8.1") == (True, True, True, True)
    assert not update("redis-7.4", "valkey-9.1").disk
    assert update("valkey-8.1", "valkey-9.1") == (True, True, False, True)
    assert not any(update(line, "redis-6.2").disk for line in DUMPS if line not in ONE_FILE)


def test_the_engine_setting_is_the_place_where_no_image_is_written(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("name: redis\nnamespace: shop\n")
    (tmp_path / "new.yaml").write_text("name: redis\nnamespace: shop\nengine: valkey\n")
    old, new = (review(tmp_path / f"{name}.yaml") for name in ("old", "new"))
    found = update_findings(new, from_files(old.rendering.files))
    assert [f.path for f in found if f.code == "RM216"] == [("engine",)]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("redis:8.2.9", "redis:8.2.10", None),
        ("redis:8.2.10", "registry.example.com/library/redis:8.2.10", None),
        ("redis:9.4.0", "redis:9.4.1", None),
        ("redis:latest", "redis:8.2.10", "RM217"),
        ("redis:8.2.10", "redis:9.4.0", "RM217"),
        ("team/kv:blue", "team/kv:green", "RM217"),
        ("redis:8.2.10", "registry.example.com/team/valkey:8.1.12", "RM216"),
        ("redis:8.0.2", "redis:7.0.15", "RM216"),
    ],
)
def test_what_no_tag_tells_is_not_guessed(before: str, after: str, code: str | None) -> None:
    assert [finding.code for finding in changed(before, after)] == ([code] if code else [])
