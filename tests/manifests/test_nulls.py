"""A null is read as an API server decodes it: a field is not set, an entry of a list or of a table is empty."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml12 import parse_yaml

from deployment import TOP
from everyplace import every_place
from examples import examples
from redismanifests.errors import RedismanifestsError
from redismanifests.judge import final
from redismanifests.judge.kubernetes.decoded import decoded
from redismanifests.judge.update import from_text
from redismanifests.prove.rehearse.bench.subject import of_manifests

if TYPE_CHECKING:
    from pathlib import Path

RENDERED: list[dict[str, Any]] = [
    decoded(parse_yaml(file.read_text(encoding="utf-8")))
    for file in sorted((TOP / "rendered").glob("*.yaml"))
]
"""As they are stored: the template of a claim has the empty time that an API server prints."""
TABLES = {"labels", "annotations", "matchLabels", "nodeSelector", "data", "requests", "limits", "selector"}


PLACES = [(number, path) for number, item in enumerate(RENDERED) for path in every_place(item)]
FIELDS = [
    (number, path)
    for number, path in PLACES
    if isinstance(path[-1], str)
    and not (len(path) > 1 and path[-2] in TABLES and path[-1] not in ("matchLabels", "matchExpressions"))
    and path[0] not in ("kind", "apiVersion")
]


def _parent(obj: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        obj = obj[step]
    return obj


def _at(obj: Any, path: tuple[Any, ...]) -> Any:
    return _parent(obj, path)[path[-1]]


@settings(max_examples=examples(400), deadline=None)
@given(st.sampled_from(FIELDS))
def test_a_field_that_is_null_is_not_set(place: tuple[int, tuple[Any, ...]]) -> None:
    number, path = place
    with_null, without = copy.deepcopy(RENDERED[number]), copy.deepcopy(RENDERED[number])
    _parent(with_null, path)[path[-1]] = None
    del _parent(without, path)[path[-1]]
    assert decoded(with_null) == without


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4))
def test_no_reader_sees_a_null(places: list[tuple[int, tuple[Any, ...]]]) -> None:
    objects = copy.deepcopy(RENDERED)
    for number, path in places:
        try:
            parent = _parent(objects[number], path)
            parent[path[-1]]
            parent[path[-1]] = None
        except (KeyError, IndexError, TypeError):
            continue
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    judged = [each.manifest for each in final.read("x", text)]
    assert not [
        (n, path) for n, item in enumerate(judged) for path in every_place(item) if _at(item, path) is None
    ]
    try:
        compared = from_text("x", text.encode()).objects
    except RedismanifestsError:
        return
    assert list(compared) == judged


def test_what_is_null_in_a_list_or_a_table_is_empty() -> None:
    pod = {
        "containers": [None, {"name": "a", "args": [None], "resources": {"limits": {"cpu": None}}}],
        "nodeSelector": {"disk": None},
        "volumes": None,
    }
    found = decoded(
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "a", "labels": {"b": None}},
            "spec": {"template": {"spec": pod}},
        }
    )
    assert found["metadata"]["labels"] == {"b": ""}
    assert found["spec"]["template"]["spec"] == {
        "containers": [{}, {"name": "a", "args": [""], "resources": {"limits": {"cpu": 0}}}],
        "nodeSelector": {"disk": ""},
    }


def test_a_list_with_an_item_that_is_null_is_refused_as_kubectl_refuses_it(tmp_path: Path) -> None:
    file = tmp_path / "l.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [*RENDERED, None]}), "utf-8")
    with pytest.raises(RedismanifestsError, match="null, and kubectl refuses"):
        final.read("x", file.read_text("utf-8"))
    with pytest.raises(RedismanifestsError, match="null, and kubectl refuses"):
        from_text("x", file.read_bytes())
    with pytest.raises(RedismanifestsError, match="null, and kubectl refuses"):
        of_manifests(file, [file])
