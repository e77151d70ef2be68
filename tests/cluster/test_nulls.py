"""A null is decoded as a real API server decodes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cluster.api import DRY_RUN
from redismanifests.judge.kubernetes.decoded import decoded

if TYPE_CHECKING:
    from cluster.namespace import Namespace

pytestmark = pytest.mark.cluster


def _set(pod: dict[str, Any], **spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": pod}
    spec |= {"serviceName": "a", "selector": {"matchLabels": {"app": "a"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "a"}, "spec": spec}


CONTAINER = {"name": "a", "image": "a"}
TAKEN: dict[str, dict[str, Any]] = {
    "table of strings": {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a"},
        "data": {"a": None},
    },
    "labels": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"a": None}}},
    "table that is null": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": None},
    "strings": _set({"containers": [{**CONTAINER, "args": [None, "b"]}]}),
    "fields": _set(
        {"containers": [{**CONTAINER, "env": None, "command": None}], "volumes": None}, replicas=None
    ),
    "quantity": _set({"containers": [{**CONTAINER, "resources": {"limits": {"cpu": None}}}]}),
}
EMPTY: dict[str, dict[str, Any]] = {
    "container": {"containers": [None, CONTAINER]},
    "variable": {"containers": [{**CONTAINER, "env": [None]}]},
    "port": {"containers": [{**CONTAINER, "ports": [None]}]},
    "volume": {"containers": [CONTAINER], "volumes": [None]},
}
"""Pods; in the template of a StatefulSet some minors take them, and no pod is ever made."""


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_taken_with_a_null_is_stored_as_if_it_were_decoded(namespace: Namespace, what: str) -> None:
    namespace.create({})
    with_null = namespace.create_object(TAKEN[what], DRY_RUN).succeeded()
    without = namespace.create_object(decoded(TAKEN[what]), DRY_RUN).succeeded()
    assert _comparable(with_null) == _comparable(without)


@pytest.mark.parametrize("kind", ["Pod", "StatefulSet"])
@pytest.mark.parametrize("what", EMPTY)
def test_an_entry_that_is_null_is_refused_or_taken_as_an_empty_one(
    namespace: Namespace, what: str, kind: str
) -> None:
    namespace.create({})
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": EMPTY[what]}
    item = pod if kind == "Pod" else _set(EMPTY[what])
    with_null = namespace.create_object(item, DRY_RUN)
    without = namespace.create_object(decoded(item), DRY_RUN)
    assert not with_null.accepted or kind == "StatefulSet"
    assert (with_null.code, with_null.message) == (without.code, without.message)
    if with_null.accepted:
        assert _comparable(with_null.body) == _comparable(without.body)


def _comparable(stored: dict[str, Any]) -> dict[str, Any]:
    """Without what is another's each time."""
    fields = ("uid", "creationTimestamp", "managedFields")
    kept = {key: value for key, value in stored["metadata"].items() if key not in fields}
    return {**stored, "metadata": kept}
