"""A dump that no API server printed ends with a message: each of these was a traceback among 4,000 mutated dumps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from commandline import redismanifests
from deployment import REFERENCE

if TYPE_CHECKING:
    from pathlib import Path


def _claim(size: object) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": spec} | _named("data-redis-0")


def _named(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "jewelry-shop"}}


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (_claim("a\nb"), 2),
        (_claim("/"), 2),
        ({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {}, **_named("data-redis-0")}, 1),
        (_claim("10Gi") | {"apiVersion": "a\nb", "status": {"capacity": "x"}}, 2),
        ({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [None]}, **_named("redis-0")}, 2),
        (
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "spec": {"containers": [{"name": "redis"}]},
                "status": {"containerStatuses": [{"ready": True}]},
                **_named("redis-0"),
            },
            2,
        ),
    ],
)
def test_what_no_api_server_stores_ends_with_a_message(
    item: dict[str, Any], code: int, tmp_path: Path
) -> None:
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps(item), encoding="utf-8")
    done = redismanifests("verify", REFERENCE, "--dump", dump)
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    assert code == 1 or done.stderr.startswith("error:")
