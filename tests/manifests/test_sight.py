"""Sight: what is said of a Redis before it runs is what its objects say."""

from __future__ import annotations

from typing import Any

import pytest

from redismanifests.judge.foreign.server import servers
from redismanifests.judge.foreign.sight import sight


def _objects(variable: dict[str, Any]) -> list[dict[str, Any]]:
    containers = [
        {
            "name": name,
            "image": "redis:7.0.9",
            "command": [program, f"/etc/{name}.conf"],
            "env": [variable],
            "ports": [{"containerPort": port}],
        }
        for name, program, port in (("redis", "redis-server", 6379), ("sentinel", "redis-sentinel", 26379))
    ]
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "redis", "namespace": "shop"},
            "spec": {
                "serviceName": "redis",
                "replicas": 3,
                "template": {"metadata": {"labels": {"app": "redis"}}, "spec": {"containers": containers}},
            },
        }
    ]


@pytest.mark.parametrize(
    ("variable", "password"),
    [
        ({"name": "ALLOW_EMPTY_PASSWORD", "value": "yes"}, False),
        ({"name": "ALLOW_EMPTY_PASSWORD", "value": "no"}, False),
        ({"name": "REDIS_PASSWORD", "value": ""}, False),
        ({"name": "REDIS_PASSWORD", "value": "Marked-pa55word"}, True),
        ({"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}, True),
    ],
)
def test_a_switch_about_passwords_is_no_password(variable: dict[str, Any], password: bool) -> None:
    objects = _objects(variable)
    assert sight(servers(objects), objects).password is password
