"""What must not change when something else does: checksums, selectors, order of files, bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployment import COMMITTED, Manifest, reviewed
from redismanifests.judge.review import review
from rendereddigest import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BASE = "name: redis\nnamespace: shop\n"
each_profile = pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)


def _rendered(folder: Path, text: str) -> Mapping[str, bytes]:
    path = folder / "profile.yaml"
    path.write_text(text, encoding="utf-8")
    return review(path).accepted().files


def _changed(folder: Path, change: str) -> set[str]:
    before, after = _rendered(folder, BASE), _rendered(folder, BASE + change)
    return {name for name in before | after if before.get(name) != after.get(name)}


ONLY_SENTINEL = [
    "sentinel: {downAfter: 6s}",
    "sentinel: {failoverTimeout: 8s}",
    "sentinel: {parallelSyncs: 2}",
    "sentinel: {replicas: 3, quorum: 2, terminationGracePeriod: 20s}",
    "sentinel: {image: 'redis:7.2.4'}",
    "sentinel: {resources: {requests: {cpu: 200m}}}",
    "sentinel: {resources: {limits: {memory: 256Mi}}}",
    "sentinel: {storage: {size: 2Gi}}",
    "exporters: {sentinel: {enabled: false}}",
    "exporters: {sentinel: {port: 9122}}",
    "exporters: {sentinel: {image: 'oliver006/redis_exporter:v1.60.0'}}",
    "probes: {sentinel: {liveness: {type: tcp}}}",
    "probes: {sentinel: {readiness: {period: 7s}}}",
    "disruption: {sentinel: {enabled: false}}",
    "services: {sentinel: {type: NodePort}}",
]
ONLY_REDIS = [
    "redis: {maxmemory: 100Mi}",
    "redis: {maxmemoryPolicy: allkeys-lru}",
    "redis: {aof: {fsync: always}}",
    "redis: {rdb: {save: []}}",
    "redis: {extraConfig: [hz 20]}",
    "redis: {resources: {limits: {memory: 2Gi}}}",
    "redis: {storage: {size: 20Gi}}",
    "redis: {minReplicasMaxLag: 5s}",
    "redis: {terminationGracePeriod: 90s}",
    "exporters: {redis: {enabled: false}}",
    "probes: {redis: {liveness: {failures: 5}}}",
    "disruption: {redis: {enabled: false}}",
    "services: {redis: {type: NodePort}}",
]


@pytest.mark.parametrize("change", ONLY_SENTINEL)
def test_a_setting_of_sentinel_touches_no_file_of_redis(tmp_path: Path, change: str) -> None:
    changed = _changed(tmp_path, change)
    assert changed
    assert all(name.startswith("redis-sentinel") for name in changed)


@pytest.mark.parametrize("change", ONLY_REDIS)
def test_a_setting_of_redis_touches_no_file_of_sentinel(tmp_path: Path, change: str) -> None:
    changed = _changed(tmp_path, change)
    assert changed
    assert not [name for name in changed if name.startswith("redis-sentinel")]


@pytest.mark.parametrize(
    ("change", "rolled"),
    [
        ("sentinel: {downAfter: 6s}", {"redis-sentinel"}),
        ("redis: {extraConfig: [hz 20]}", {"redis"}),
        ("sentinel: {masterName: other}", {"redis", "redis-sentinel"}),
        ("sentinel: {replicas: 5}", {"redis", "redis-sentinel"}),
        ("services: {sentinel: {port: 26380}}", {"redis", "redis-sentinel"}),
        ("services: {redis: {name: front}}", set()),
        ("disruption: {redis: {maxUnavailable: 2}}", set()),
        ("storage: {claimRetention: {whenDeleted: Delete}}", set()),
        ("namespaceObjects: {namespace: true}", set()),
    ],
)
def test_pods_are_rolled_by_what_they_mount_or_are_and_by_nothing_else(
    tmp_path: Path, change: str, rolled: set[str]
) -> None:
    def templates(text: str) -> dict[str, object]:
        (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
        objects = review(tmp_path / "p.yaml").accepted().objects
        sets = [o.manifest for o in objects if o.manifest["kind"] == "StatefulSet"]
        return {m["metadata"]["name"]: m["spec"]["template"] for m in sets}

    before, after = templates(BASE), templates(BASE + change)
    assert {name for name in before if before[name] != after[name]} == rolled


def _selectors(manifest: Manifest) -> Iterator[dict[str, str]]:
    spec = manifest.get("spec", {})
    selector = spec.get("selector")
    if selector:
        yield selector.get("matchLabels", selector)
    for claim in spec.get("volumeClaimTemplates", ()):
        yield claim["metadata"].get("labels", {}) | claim["metadata"].get("annotations", {})
    affinity = spec.get("template", {}).get("spec", {}).get("affinity", {}).get("podAntiAffinity", {})
    for term in affinity.get("requiredDuringSchedulingIgnoredDuringExecution", ()):
        yield term["labelSelector"]["matchLabels"]


@each_profile
def test_selectors_and_claims_hold_nothing_that_ever_changes(path: Path) -> None:
    allowed = {"app", "app.kubernetes.io/instance", "statefulset.kubernetes.io/pod-name"}
    for item in reviewed(path).rendering.objects:
        for selector in _selectors(item.manifest):
            assert selector.keys() <= allowed


@each_profile
def test_files_sort_into_an_order_that_can_be_applied(path: Path) -> None:
    objects = reviewed(path).accepted().objects
    assert [item.file for item in objects] == sorted(item.file for item in objects)
    order = {(o.manifest["kind"], o.manifest["metadata"]["name"]): place for place, o in enumerate(objects)}
    first = [o.manifest["kind"] for o in objects if o.manifest["kind"] in ("Namespace", "LimitRange")]
    assert [o.manifest["kind"] for o in objects[: len(first)]] == first == sorted(first, reverse=True)
    for item in objects:
        if item.manifest["kind"] == "StatefulSet":
            here = order["StatefulSet", item.manifest["metadata"]["name"]]
            assert all(order[needed] < here for needed in _needed(item.manifest, path))


def _needed(manifest: Manifest, path: Path) -> Iterator[tuple[str, str]]:
    """What must be there before a pod of ``manifest`` starts."""
    spec = manifest["spec"]
    pod = spec["template"]["spec"]
    yield "Service", spec["serviceName"]
    yield "ServiceAccount", pod["serviceAccountName"]
    yield from (("ConfigMap", v["configMap"]["name"]) for v in pod["volumes"] if "configMap" in v)
    profile = reviewed(path).profile
    if profile.addressing.mode == "service":
        # The kubelet gives a pod the addresses of those Services only that are there when it starts.
        for name, count in (
            (profile.name, profile.redis.replicas),
            (f"{profile.name}-sentinel", profile.sentinel.replicas),
        ):
            yield from (("Service", f"{name}-{ordinal}") for ordinal in range(count))


@pytest.mark.parametrize("name", ["a", "redis", "sentinel", "statefulset", "z", "zz-9", "service", "a" * 40])
@pytest.mark.parametrize(
    "services",
    ["{}", "{redis: {name: zzz, headlessName: zzzz}, sentinel: {name: yyy, headlessName: yyyy}}"],
)
def test_the_order_holds_for_every_name(tmp_path: Path, name: str, services: str) -> None:
    path = tmp_path / f"{name}-{len(services)}.yaml"
    path.write_text(f"name: {name}\nnamespace: shop\nservices: {services}\n", encoding="utf-8")
    test_files_sort_into_an_order_that_can_be_applied(path)


def test_the_same_profile_gives_the_same_bytes_whatever_the_surroundings(tmp_path: Path) -> None:
    # In one process after the other, because the templates' byte code is kept between them.
    expected = digest()
    assert digest(PYTHONHASHSEED="1", LC_ALL="C", TZ="Asia/Kathmandu") == expected
    assert digest(cwd=tmp_path, PYTHONHASHSEED="2", LC_ALL="tr_TR.UTF-8", LANG="tr_TR.UTF-8") == expected
    assert digest(PYTHONDONTWRITEBYTECODE="1", PYTHONOPTIMIZE="2", PYTHONUTF8="0") == expected


def test_a_profile_is_rendered_alike_from_every_folder_and_in_every_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    assert _rendered(one, BASE) == _rendered(two, BASE)
    _rendered(one, f"{BASE}redis: {{replicas: 9}}\n")
    assert _rendered(one, BASE) == _rendered(two, BASE)
    turned = "namespace: shop\nname: redis\n"
    assert _rendered(one, turned) == _rendered(two, BASE)


def test_labels_and_annotations_come_out_in_one_order(tmp_path: Path) -> None:
    assert _rendered(
        tmp_path, f"{BASE}pods: {{labels: {{b: x, a: y}}, annotations: {{d: x, c: y}}}}\n"
    ) == _rendered(tmp_path, f"{BASE}pods: {{annotations: {{c: y, d: x}}, labels: {{a: y, b: x}}}}\n")
