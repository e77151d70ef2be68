"""What the API server would refuse of an update, and what an update leaves behind, is said before it is applied."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import yaml12

from cluster.test_settings_changed import BESIDE, CHANGES, IMMUTABLE, changed
from deployment import MINIMAL, REFERENCE, TOP
from redismanifests.core.findings import Severity
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.review import review, update_findings
from redismanifests.judge.update import Deployed, from_files, from_folder, from_text

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.judge.review import Review

REFUSED = {"RM150", "RM151", "RM152", "RM153", "RM154"}


def deployed(reviewed: Review) -> Deployed:
    return from_files(reviewed.rendering.files)


@pytest.fixture(scope="module")
def minimal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shortest profile, beside the limits that some changes name."""
    folder = tmp_path_factory.mktemp("against")
    (folder / "limits").symlink_to(TOP / "profiles" / "limits")
    profile = folder / "profile.yaml"
    profile.write_bytes(MINIMAL.read_bytes())
    return profile


@pytest.mark.parametrize("setting", CHANGES)
def test_the_same_settings_are_immutable_as_on_a_real_server(minimal: Path, setting: str) -> None:
    """The list is held to a kube-apiserver by tests/cluster/test_settings_changed.py."""
    after = changed(minimal, {setting: CHANGES[setting], **BESIDE.get(setting, {})})
    found = update_findings(after, deployed(review(minimal)))
    refused = {
        word
        for finding in found
        if finding.severity is Severity.ERROR
        for word in finding.fact.replace("data-", "").replace("-*", "").split()
        if word in ("redis", "redis-sentinel")
    }
    assert {f"StatefulSet/{name}" for name in refused} == IMMUTABLE.get(setting, set())
    places = {".".join(map(str, f.path)) for f in found if f.severity is Severity.ERROR}
    assert places <= {setting, *BESIDE.get(setting, {})}


def test_a_deployment_is_no_change_of_itself() -> None:
    for profile in (MINIMAL, REFERENCE):
        reviewed = review(profile)
        assert update_findings(reviewed, deployed(reviewed)) == ()
    assert update_findings(review(REFERENCE), from_folder(TOP / "rendered")) == ()


class Cluster:
    """A rendering as `kubectl get` prints it: completed, and with what others have in the namespace."""

    def __init__(self, reviewed: Review) -> None:
        self.reviewed = reviewed
        self.objects: list[dict[str, Any]] = [copy.deepcopy(o.manifest) for o in reviewed.rendering.objects]
        for one in self.objects:
            one["metadata"] |= {
                "uid": "1",
                "resourceVersion": "2",
                "creationTimestamp": "2026-01-01T00:00:00Z",
            }
            if one["kind"] == "Service":
                one["spec"] |= {"ipFamilies": ["IPv4"], "internalTrafficPolicy": "Cluster"}
                one["spec"].setdefault("clusterIP", "10.0.0.1")
            if one["kind"] == "StatefulSet":
                one["spec"] |= {"revisionHistoryLimit": 10, "minReadySeconds": 0}

    def one(self, kind: str, name: str) -> dict[str, Any]:
        return next(o for o in self.objects if o["kind"] == kind and o["metadata"]["name"] == name)

    def claim(self, name: str, size: str) -> None:
        self.objects.append(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "namespace": self.reviewed.profile.namespace},
                "spec": {"resources": {"requests": {"storage": size}}},
            }
        )

    def found(self, after: Review | None = None) -> tuple[Finding, ...]:
        text = yaml12.format_yaml({"kind": "List", "apiVersion": "v1", "items": self.objects})
        return update_findings(after or self.reviewed, from_text("standard input", text.encode()))


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(review(MINIMAL))


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found]


def test_what_the_api_server_completes_is_no_change(cluster: Cluster) -> None:
    assert cluster.found() == ()


def test_objects_of_others_in_the_namespace_are_not_ours(cluster: Cluster) -> None:
    others = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {},
    }
    cluster.objects.append(others)
    assert cluster.found() == ()


def test_an_object_that_is_no_longer_rendered_stays(cluster: Cluster, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: redis\nnamespace: shop\ndisruption: {redis: {enabled: false}}\n")
    found = cluster.found(review(profile))
    assert codes(found) == ["RM155"]
    assert "delete poddisruptionbudget redis" in found[0].fix


@pytest.mark.parametrize(
    ("now", "then", "says"),
    [
        ("none", "acl", "replicas log in as replication, and those that run as no one"),
        ("acl", "none", "replicas log in as no one, and those that run as replication"),
        ("password", "acl", "replicas log in as replication, and those that run as default"),
    ],
)
def test_passwords_are_turned_on_or_off_only_while_nobody_runs(
    tmp_path: Path, now: str, then: str, says: str
) -> None:
    reviews = []
    for mode in (now, then):
        file = tmp_path / f"{mode}.yaml"
        file.write_text(f"name: redis\nnamespace: shop\nauth: {{mode: {mode}}}\n")
        reviews.append(review(file))
    found = [each for each in Cluster(reviews[0]).found(reviews[1]) if each.code == "RM181"]
    assert [each.path for each in found] == [("auth", "mode")]
    assert says in found[0].fact


@pytest.mark.parametrize("now", [True, False])
def test_tls_is_turned_on_or_off_only_while_nobody_runs(tmp_path: Path, now: bool) -> None:
    def profile(name: str, *, enabled: bool) -> Review:
        file = tmp_path / f"{name}.yaml"
        file.write_text(f"name: redis\nnamespace: shop\ntls: {{enabled: {str(enabled).lower()}}}\n")
        return review(file)

    before, after = profile("before", enabled=not now), profile("after", enabled=now)
    found = Cluster(before).found(after)
    assert codes(found) == ["RM181"]
    assert found[0].severity is Severity.ERROR
    assert "scale statefulset/redis statefulset/redis-sentinel --replicas=0" in found[0].fix
    assert codes(Cluster(after).found(after)) == []


@pytest.mark.parametrize(
    ("then", "says"),
    [
        ("{aof: {enabled: true}}", "turned on: each start makes the dump"),
        (
            "{aof: {enabled: false}}",
            "turned off: each start loads it, writes a dump and loads that; from then",
        ),
        (
            "{aof: {enabled: false}, rdb: {save: []}}",
            "no save point is set: from then on all pods stopped",
        ),
    ],
)
def test_a_switch_of_persistence_is_told_with_what_each_start_does(
    tmp_path: Path, then: str, says: str
) -> None:
    reviews = []
    now = "{aof: {enabled: false}}" if "true" in then else "{aof: {enabled: true}}"
    for number, redis in enumerate((now, then)):
        file = tmp_path / f"{number}.yaml"
        file.write_text(f"name: redis\nnamespace: shop\nredis: {redis}\n")
        reviews.append(review(file))
    found = Cluster(reviews[0]).found(reviews[1])
    assert codes(found) == ["RM190"]
    assert found[0].severity is Severity.NOTE and says in found[0].fact
    assert codes(Cluster(reviews[1]).found(reviews[1])) == []


def test_a_restore_that_was_applied_and_stays_is_told(tmp_path: Path) -> None:
    reviews = []
    for number, restore in enumerate(
        (
            "",
            "restore: {from: {namespace: shop, name: old, store: {kind: s3, bucket: backups, secretName: s}}}\n",
        )
    ):
        file = tmp_path / f"{number}.yaml"
        file.write_text(f"name: redis\nnamespace: shop\n{restore}")
        reviews.append(review(file))
    without, with_it = reviews
    assert codes(Cluster(with_it).found(with_it)) == ["RM325"]
    assert codes(Cluster(without).found(with_it)) == codes(Cluster(with_it).found(without)) == []


def test_another_name_of_a_data_file_is_told(tmp_path: Path) -> None:
    reviews = []
    for number, lines in enumerate(("[]", "[dbfilename other.rdb, appenddirname elsewhere]")):
        file = tmp_path / f"{number}.yaml"
        file.write_text(f"name: redis\nnamespace: shop\nredis: {{extraConfig: {lines}}}\n")
        reviews.append(review(file))
    found = Cluster(reviews[0]).found(reviews[1])
    assert codes(found) == ["RM191", "RM191"]
    assert "the server reads other.rdb, and the volumes hold dump.rdb" in [each.fact for each in found]


def test_a_claim_that_was_grown_by_hand_needs_only_the_rest(cluster: Cluster, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: redis\nnamespace: shop\nredis: {storage: {size: 20Gi}}\n")
    before = cluster.found(review(profile))
    for ordinal in range(3):
        cluster.claim(f"data-redis-{ordinal}", "20Gi")
    after = cluster.found(review(profile))
    assert codes(before) == codes(after) == ["RM152"]
    assert "patch pvc" in before[0].fix
    assert "patch pvc" not in after[0].fix
    assert "--cascade=orphan" in after[0].fix


def test_a_claim_that_is_larger_than_its_template_is_not_shrunk(cluster: Cluster) -> None:
    cluster.claim("data-redis-0", "20Gi")
    found = cluster.found()
    assert codes(found) == ["RM151"]
    assert "20Gi" in found[0].fact


def test_a_deployment_built_by_hand_is_taken_over_with_its_pods(cluster: Cluster) -> None:
    old = cluster.one("StatefulSet", "redis")
    old["spec"]["selector"] = {"matchLabels": {"app": "redis"}}
    old["spec"]["template"]["metadata"]["labels"] = {"app": "redis"}
    found = cluster.found()
    assert codes(found) == ["RM153"]
    first = found[0].fix.split("\n")[0]
    assert first.endswith("label pod redis-0 redis-1 redis-2 app.kubernetes.io/instance=redis --overwrite")


@pytest.mark.parametrize(
    ("kind", "name", "field", "value", "code"),
    [
        ("StatefulSet", "redis", "podManagementPolicy", "OrderedReady", "RM150"),
        ("StatefulSet", "redis", "serviceName", "other", "RM150"),
        ("StatefulSet", "redis", "replicas", 5, "RM205"),
        ("StatefulSet", "redis", "revisionHistoryLimit", 3, None),
        ("StatefulSet", "redis", "minReadySeconds", 3, None),
        ("StatefulSet", "redis", "ordinals", {"start": 1}, None),
        ("StatefulSet", "redis", "persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Delete"}, None),
        ("Service", "redis-headless", "clusterIP", "10.0.0.9", "RM150"),
        ("Service", "redis", "clusterIP", "None", "RM150"),
        ("Service", "redis", "clusterIP", "10.0.0.9", None),
    ],
)
def test_fields(cluster: Cluster, kind: str, name: str, field: str, value: object, code: str | None) -> None:
    cluster.one(kind, name)["spec"][field] = value
    assert codes(cluster.found()) == ([code] if code else [])


def test_an_immutable_configmap_is_replaced(cluster: Cluster) -> None:
    config = cluster.one("ConfigMap", "redis-config")
    config["immutable"] = True
    assert codes(cluster.found()) == []
    config["data"] = {}
    assert codes(cluster.found()) == ["RM150"]


@pytest.mark.parametrize("line", ["name: cache\nnamespace: shop\n", "name: redis\nnamespace: other\n"])
def test_a_new_name_or_namespace_leaves_the_volumes_behind(
    cluster: Cluster, tmp_path: Path, line: str
) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(line)
    after = review(profile)
    for found in (cluster.found(after), update_findings(after, deployed(cluster.reviewed))):
        assert set(codes(found)) == {"RM154"}
        assert {f.path for f in found} == {("name",) if "cache" in line else ("namespace",)}


def test_nothing_of_ours_is_told_of(cluster: Cluster) -> None:
    cluster.objects = [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}, "spec": {}}
    ]
    assert codes(cluster.found()) == ["RM159"]


@pytest.mark.parametrize("text", ["", "a: 1", "- 1", "kind: List\nitems: [1, {kind: Pod}]", "kind: Pod"])
def test_what_is_no_manifest_is_passed_over(text: str) -> None:
    assert from_text("standard input", text.encode()).objects == ()


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "spec: 1",
        "spec: {selector: 1, template: 2}",
        "spec: {volumeClaimTemplates: [{metadata: {name: data}}]}",
        "spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: lots}}}}]}",
    ],
)
def test_what_no_api_server_stores_is_refused_in_words(cluster: Cluster, rest: str) -> None:
    text = f"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: redis, namespace: shop}}\n{rest}\n"
    with pytest.raises(RedismanifestsError, match="StatefulSet redis cannot be read: "):
        update_findings(cluster.reviewed, from_text("standard input", text.encode()))


def _scaled(minimal: Path, before: tuple[int, int], after: tuple[int, int]) -> list[Finding]:
    reviews = [
        changed(minimal, {"redis.replicas": redis, "sentinel.replicas": sentinels})
        for redis, sentinels in (before, after)
    ]
    return [
        f for f in update_findings(reviews[1], deployed(reviews[0])) if f.code in ("RM204", "RM205", "RM206")
    ]


def test_more_pods_are_told_of_with_their_order_and_their_votes(minimal: Path) -> None:
    redis, sentinel = _scaled(minimal, (3, 3), (5, 5))
    assert redis.code == sentinel.code == "RM204"
    assert redis.fact.startswith("redis-3, redis-4 start first and copy the data set; then every other pod")
    assert "a majority is 3 of 5 instead of 2 of 3" in sentinel.fact


def test_fewer_pods_are_told_of_with_the_claims_that_stay(minimal: Path) -> None:
    (found,) = _scaled(minimal, (5, 3), (3, 3))
    assert found.code == "RM205"
    assert (
        "redis-3, redis-4 are deleted at once, and redis-2 is replaced beside them: 3 of 5 are away"
        in found.fact
    )
    assert "claims that stay: data-redis-3, data-redis-4" in found.fact
    assert "delete pvc data-redis-3 data-redis-4" in found.fix
    # failoverTimeout is 9 s: the bound of the rehearsal redis-scaled-down.
    assert "a master among those that go may cost 17.9s without writes" in found.fact
    assert found.fix.startswith("first let a pod that stays be master")


def test_sentinels_that_would_leave_no_majority_go_one_at_a_time(minimal: Path) -> None:
    codes = [f.code for f in _scaled(minimal, (3, 5), (3, 3))]
    assert codes == ["RM205", "RM206"]
    assert [f.code for f in _scaled(minimal, (3, 5), (3, 4))] == ["RM205"]
    assert _scaled(minimal, (3, 3), (3, 3)) == []
