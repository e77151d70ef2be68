"""Change: other directives in the rendered objects, and what else may be different then: nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from yaml12 import parse_yaml

from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from redismanifests.core.object import Object

RENDERED = Path(__file__).resolve().parents[2] / "rendered"


def _objects() -> Objects:
    documents: list[Any] = []
    for file in sorted(RENDERED.glob("*.yaml")):
        documents += parse_yaml(file.read_text(encoding="utf-8"), multi=True)
    return Objects.of(documents)


def _template(objects: Objects, name: str) -> Object:
    return (objects.named("StatefulSet", name) or {})["spec"]["template"]


def test_a_directive_that_is_there_is_replaced_and_another_one_is_added() -> None:
    changed = with_directives(_objects(), maxmemory=1000, key_load_delay=7)
    desired = Desired.of(changed.items)
    assert desired.redis_values("maxmemory") == ("1000",)
    assert desired.redis_values("key-load-delay") == ("7",)
    assert desired.redis_value("maxmemory-policy") == "noeviction"


def test_only_pods_that_read_the_change_are_rolled() -> None:
    before, after = _objects(), with_directives(_objects(), maxmemory=1000)
    assert _template(before, "redis") != _template(after, "redis")
    assert _template(before, "redis-sentinel") == _template(after, "redis-sentinel")


def test_everything_else_stays_as_it_was_rendered() -> None:
    before, after = _objects(), with_directives(_objects(), maxmemory=1000)
    different = [
        (old["kind"], old["metadata"]["name"])
        for old, new in zip(before.items, after.items, strict=True)
        if old != new
    ]
    assert different == [("ConfigMap", "redis-config"), ("StatefulSet", "redis")]


def test_the_same_change_gives_the_same_objects() -> None:
    assert with_directives(_objects(), maxmemory=1000) == with_directives(_objects(), maxmemory=1000)
