"""What `check` accepts of generated values, a real API server takes and stores as it is written.

Default: 150 profiles beside every whole number alone. More:
``REDISMANIFESTS_VALUES=5000 .venv/bin/pytest tests/cluster/test_values.py``.
"""

from __future__ import annotations

import json
import os
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster.api import APPLY, DRY_RUN
from cluster.generated_values import SETTINGS, edges, profile
from cluster.rendering import pods_of
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.review import review_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.api import Api
    from cluster.namespace import Namespace
    from deployment import Manifest

pytestmark = pytest.mark.cluster

COUNT = int(os.environ.get("REDISMANIFESTS_VALUES", "150"))
SEED = "redismanifests values"
AMOUNTS = ("cpu", "memory", "storage", "ephemeral-storage", "sizeLimit")
"""Quantities: the API server stores a spelling of its own."""
ANSWER = f"{DRY_RUN}&fieldManager=values&force=true&fieldValidation=Strict"


def differences(written: Any, stored: Any, path: str = "") -> Iterator[str]:
    """Where what is stored is not what was written; what the API server adds is its own matter."""
    if isinstance(written, dict) and isinstance(stored, dict):
        for key, value in written.items():
            yield from differences(value, stored.get(key), f"{path}.{key}")
    elif isinstance(written, list) and isinstance(stored, list) and len(written) == len(stored):
        for index, value in enumerate(written):
            yield from differences(value, stored[index], f"{path}[{index}]")
    elif path.endswith(tuple(f".{each}" for each in AMOUNTS)):
        if stored is None or Quantity.read(written).nano != Quantity.read(stored).nano:
            yield f"{path}: {written!r} is stored as {stored!r}"
    elif (written or None) != (stored or None):
        yield f"{path}: {written!r:.80} is stored as {stored!r:.80}"


def faults(namespace: Namespace, manifest: Manifest) -> Iterator[str]:
    """What the API server says against an object, and what it would change."""
    if manifest["apiVersion"] == "external-secrets.io/v1beta1":
        return  # of an older operator than the one whose definitions are here
    answer = namespace.api.patch(namespace.place(manifest), manifest, APPLY, ANSWER)
    if not answer.accepted:
        yield answer.message
        return
    yield from differences(manifest, answer.body)
    if manifest["kind"] == "StatefulSet":
        # Templates of claims are looked at only when a claim is made.
        for claim in pods_of(manifest, namespace.name)[1]:
            made = namespace.create_in("PersistentVolumeClaim", claim, DRY_RUN)
            yield from [made.message] if not made.accepted else differences(claim, made.body)


def test_what_check_accepts_the_api_server_takes_and_stores_unchanged(
    api: Api, namespace: Namespace, kubernetes: str
) -> None:
    namespace.create({})
    random = Random(SEED)
    given = {"name": "redis", "namespace": namespace.name, "kubernetesVersion": kubernetes}
    asked: set[str] = set()
    wrong: list[str] = []
    accepted = 0
    tried = (*edges(given), *(profile(random, given) for _ in range(COUNT)))
    for made in tried:
        text = yaml.safe_dump(made, allow_unicode=True)
        try:
            objects = review_of(source_from_text("profile.yaml", text)).accepted().objects
        except ProfileRefused:
            continue
        accepted += 1
        for item in objects:
            known = json.dumps(item.manifest, sort_keys=True)
            if known not in asked:
                asked.add(known)
                told = list(faults(namespace, item.manifest))
                wrong += [f"{item.file} of {text:.1500}: {each}" for each in told]
    print(
        f"{accepted} of {len(tried)} profiles accepted, {len(asked)} objects asked about, {len(wrong)} wrong"
    )
    assert wrong[:20] == []
    assert accepted >= COUNT // 5
    assert len(asked) >= accepted


def test_every_setting_is_drawn_from() -> None:
    tops = {setting.path[0] for setting in SETTINGS}
    assert {"redis", "sentinel", "probes", "services", "pods", "storage", "tls", "auth", "disruption"} <= tops
    assert len(SETTINGS) > 120


@pytest.mark.parametrize(
    ("written", "stored", "told"),
    [
        ({"a": 3_000_000_000}, {"a": -1294967296}, True),
        ({"a": "x"}, {}, True),
        ({"a": [1, 2]}, {"a": [1]}, True),
        ({"memory": "1.5Gi"}, {"memory": "1536Mi"}, False),
        ({"memory": "1.5Gi"}, {"memory": "1.5G"}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": ""}, {}, False),
    ],
)
def test_what_is_stored_otherwise_is_noticed(written: Any, stored: Any, *, told: bool) -> None:
    assert bool(list(differences(written, stored))) is told
