"""Objects as an API server stores them pass every probe, and each probe sees the fault that it is there for.

The objects were recorded (cluster/record.py); what pods answer to df, cat and a scrape stands here.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.index import ALL_PROBES, CLUSTER_PROBES, ESSENTIAL
from redismanifests.prove.checks.look import EVIDENCE_CHARACTERS, Look, Round
from redismanifests.prove.checks.probe import NotVerifiedError, Status
from redismanifests.prove.checks.redis import certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.probe import Outcome

HERE = Path(__file__).parent
ASKED: list[Any] = json.loads((HERE / "healthy.json").read_text(encoding="utf-8"))["objects"]
LIVE: list[Any] = [json.loads(line) for line in (HERE / "live.json").read_text(encoding="utf-8").splitlines()]
NOW = datetime(2026, 11, 27, 13, 0, tzinfo=UTC)
_DF = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 10190136 1024 9655000 1% /data\n"
_REDIS_METRICS = (
    'redis_up 1\nredis_instance_info{role="master"} 1\nredis_memory_used_bytes 1\nredis_connected_clients 1\n'
    "redis_connected_slaves 2\nredis_uptime_in_seconds 9\nredis_rdb_last_bgsave_status 1\n"
)
_SENTINEL_METRICS = (
    'redis_up 1\nredis_sentinel_masters 1\nredis_sentinel_master_status{a="b"} 1\nredis_sentinel_tilt 0\n'
)
_MASTER = (
    "role:master\nmaster_repl_offset:1000\nrepl_backlog_size:1048576\nused_memory:1000000\nused_memory_rss:5000000\n"
    "slave0:ip=10.0.0.1,port=6379,state=online,offset=1000,lag=0\nmaxclients:10000\nconnected_clients:5\nloading:0\n"
    "latest_fork_usec:300\n"
)
_REPLICA = (
    "role:slave\nmaster_last_io_seconds_ago:1\nused_memory:1000000\nused_memory_rss:5000000\nloading:0\n"
)


class Cluster:
    """A deployment as it was recorded, and as a test changes it."""

    def __init__(self) -> None:
        self.live: list[Any] = copy.deepcopy(LIVE)
        self.says: dict[tuple[str, str], Answer] = {}
        self.nodes: list[Any] = []
        self.version = "v1.32.13"
        self.secrets: dict[str, Any] | None = None
        """By name, where they may be read."""

    async def get(self, kind: str, name: str) -> Object | None:
        if kind == "Secret" and self.secrets is None:
            raise NotVerifiedError("no Secret is ever read")
        if kind == "Secret":
            return self.secrets.get(name) if self.secrets else None
        return next((each for each in await self.listed(kind) if each["metadata"]["name"] == name), None)

    async def listed(self, kind: str) -> tuple[Object, ...]:
        if kind == "NetworkPolicy":
            return ()
        if kind == "Node":
            return tuple(self.nodes)
        if kind == "ServerVersion":
            return ({"kind": kind, "metadata": {"name": self.version}},)
        return tuple(each for each in self.live if each["kind"] == kind)

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        words = next(word for word in ("df", "cat", "INFO", "sh", "stat") if word in argv)
        if (pod, words) in self.says:
            return self.says[pod, words]
        sentinel = "sentinel" in pod
        info = _MASTER if pod == "redis-0" else _REPLICA
        return Answer(
            0,
            {"df": _DF, "cat": "", "INFO": info, "sh": _SENTINEL_METRICS if sentinel else _REDIS_METRICS}[
                words
            ],
        )

    def named(self, kind: str, name: str) -> Any:
        return next(each for each in self.live if (each["kind"], each["metadata"]["name"]) == (kind, name))

    def container(self, pod: str, name: str = "redis") -> Any:
        return next(each for each in self.named("Pod", pod)["spec"]["containers"] if each["name"] == name)

    def status(self, pod: str, name: str = "redis") -> Any:
        return next(
            each for each in self.named("Pod", pod)["status"]["containerStatuses"] if each["name"] == name
        )


def asked(change: Callable[[Cluster], object], objects: list[Any] | None = None) -> dict[str, Outcome]:
    """The outcomes by name, after a change."""
    cluster = Cluster()
    change(cluster)

    async def work() -> tuple[Outcome, ...]:
        return await Round(cluster, Desired.of(objects or ASKED), NOW).outcomes(CLUSTER_PROBES)

    return {outcome.name: outcome for outcome in asyncio.run(work())}


def failed(outcomes: dict[str, Outcome]) -> set[str]:
    return {name for name, outcome in outcomes.items() if outcome.status is Status.FAILED}


def test_what_was_recorded_passes_every_probe_that_it_has_something_for() -> None:
    outcomes = asked(lambda _: None)
    assert {name for name, each in outcomes.items() if each.status is not Status.PASSED} == set()
    assert {each.name for each in CLUSTER_PROBES} - outcomes.keys() == {
        "zones-are-apart",
        "certificates-last",
        "certificates-are-read",
        # Its exporter is older than what can close the path.
        "exporters-serve-no-target",
    }
    assert all(each.evidence for each in outcomes.values())


def _restarted(cluster: Cluster, finished: str) -> None:
    ended = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": finished}
    cluster.status("redis-1").update(restartCount=2, lastState={"terminated": ended})


def _set(place: Any, **values: Any) -> None:
    place.update(values)


FAULTS: dict[str, tuple[Callable[[Cluster], object], str]] = {
    "objects-are-there": (
        lambda c: c.live.remove(c.named("ServiceAccount", "redis")),
        "ServiceAccount redis is not there",
    ),
    "nothing-is-left-behind": (
        lambda c: c.live.append(
            {
                "kind": "ConfigMap",
                "metadata": {"name": "old", "labels": c.named("Service", "redis")["metadata"]["labels"]},
            }
        ),
        "ConfigMap old is deployed and no longer rendered",
    ),
    "objects-are-as-rendered": (
        lambda c: _set(c.named("ConfigMap", "redis-config")["data"], extra="1"),
        "ConfigMap redis-config: data.extra is 1, which was not rendered",
    ),
    "sets-are-ready": (
        lambda c: _set(c.named("StatefulSet", "redis")["status"], readyReplicas=1),
        "StatefulSet redis has 1 of 3 pods ready",
    ),
    "rollouts-are-through": (
        lambda c: _set(
            c.named("Pod", "redis-2")["metadata"]["labels"], **{"controller-revision-hash": "redis-old"}
        ),
        "redis-2 is of revision redis-old, and redis-7d9f8b6c5 is the newest",
    ),
    "pods-run": (
        lambda c: _set(
            c.status("redis-2"), state={"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
        ),
        "redis-2/redis does not run: ImagePullBackOff no such image",
    ),
    "nothing-restarted": (
        lambda c: _restarted(c, "2026-11-27T12:30:00Z"),
        "redis-1/redis has 2 restarts, the last: OOMKilled, exit code 137, at 2026-11-27T12:30:00Z",
    ),
    "pods-are-apart": (
        lambda c: _set(c.named("Pod", "redis-2")["spec"], nodeName="node-1"),
        "redis-1, redis-2 run on one node, node-1",
    ),
    "resources-are-as-asked": (
        lambda c: _set(c.container("redis-0")["resources"]["limits"], memory="256Mi"),
        "redis-0/redis: limits.memory 256Mi instead of 512Mi",
    ),
    "limit-ranges-are-kept": (
        lambda c: _set(
            next(each for each in c.live if each["kind"] == "LimitRange")["spec"],
            limits=[{"type": "Container", "max": {"memory": "300Mi"}}],
        ),
        "redis-0/redis: LimitRange",
    ),
    "pod-security-admits": (
        lambda c: _set(c.container("redis-0")["securityContext"], allowPrivilegeEscalation=True),
        'redis-0: violates PodSecurity "restricted:latest"',
    ),
    "images-are-as-asked": (
        lambda c: _set(c.status("redis-2"), imageID=f"docker.io/library/redis@sha256:{'c' * 64}"),
        "the pods of redis run 2 images as redis",
    ),
    "claims-are-bound": (
        lambda c: _set(c.named("PersistentVolumeClaim", "data-redis-1")["status"], phase="Pending"),
        "data-redis-1 is Pending",
    ),
    "volumes-have-room": (
        lambda c: c.says.update({("redis-1", "df"): Answer(0, _DF.replace(" 1%", " 95%"))}),
        "redis-1: /data is 95% full, 9428 MiB are left",
    ),
    "services-are-as-asked": (
        lambda c: _set(c.named("Service", "redis")["spec"]["ports"][0], targetPort=1234),
        "Service redis has the ports",
    ),
    "services-lead-to-our-pods": (
        lambda c: _set(
            c.named("EndpointSlice", "redis-1-abcde")["endpoints"][0]["conditions"], serving=False
        ),
        "Service redis-1 has no ready endpoint redis-1",
    ),
    "liveness-is-as-asked": (
        lambda c: _set(c.container("redis-0")["livenessProbe"], periodSeconds=99),
        "redis-0/redis: livenessProbe periodSeconds 99 instead of 10",
    ),
    "readiness-is-as-asked": (
        lambda c: _set(c.container("redis-0")["readinessProbe"], exec={"command": ["redis-cli", "ping"]}),
        "redis-0/redis: readinessProbe exec {'command': ['redis-cli', 'ping']} instead of",
    ),
    "startup-is-as-asked": (
        lambda c: c.container("redis-0").pop("startupProbe"),
        "redis-0/redis: startupProbe",
    ),
    "exporters-are-beside": (
        lambda c: _set(c.container("redis-0", "redis-exporter")["ports"][0], containerPort=9999),
        "redis-0/redis-exporter: ports [9999] instead of 9121",
    ),
    "exporters-tell": (
        lambda c: c.says.update(
            {("redis-1", "sh"): Answer(0, _REDIS_METRICS.replace("redis_up 1", "redis_up 0"))}
        ),
        "redis-1/redis-exporter does not see its server: redis_up is not 1",
    ),
    "prometheus-finds-the-exporters": (
        lambda c: c.named("Pod", "redis-0")["metadata"]["annotations"].pop("prometheus.io/scrape"),
        "redis-0: annotation prometheus.io/scrape is None instead of true",
    ),
    "evictions-are-allowed": (
        lambda c: _set(c.named("PodDisruptionBudget", "redis")["status"], disruptionsAllowed=0),
        "PodDisruptionBudget redis allows no eviction (3 of 3 healthy)",
    ),
    "one-budget-guards-a-pod": (
        lambda c: c.live.append(
            {
                "kind": "PodDisruptionBudget",
                "metadata": {"name": "mine"},
                "spec": {"selector": {"matchLabels": {"app": "redis"}}},
            }
        ),
        "redis-0 is guarded by mine, redis",
    ),
    "replicas-are-close": (
        lambda c: c.says.update(
            {("redis-0", "INFO"): Answer(0, _MASTER.replace("offset:1000", "offset:9000000"))}
        ),
        "redis-0: its replica 10.0.0.1 is 8999000 bytes behind, and the backlog has 1048576",
    ),
    "memory-is-in-hand": (
        lambda c: c.says.update(
            {("redis-1", "INFO"): Answer(0, _REPLICA.replace("rss:5000000", "rss:520000000"))}
        ),
        "redis-1 uses 495 MiB of the 512Mi that its container may have",
    ),
    "broken-rollouts-can-be-mended": (
        lambda c: setattr(c, "version", "v1.35.3+k3s1"),
        "Kubernetes v1.35.3+k3s1 does not replace the pods of a broken rollout",
    ),
    "nobody-would-be-woken": (
        lambda c: c.says.update({("redis-1", "INFO"): Answer(0, _REPLICA.replace("ago:1", "ago:77"))}),
        "redis-1: its master has been silent for over 10 s (77)",
    ),
}
"""Probe -> the change, and the beginning of what is said of it."""


_ALSO = {"services-are-as-asked": {"objects-are-as-rendered"}}
"""A change of an object that was rendered is a difference as well."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_probe_sees_its_fault_and_no_other_probe_does(name: str) -> None:
    change, says = FAULTS[name]
    outcomes = asked(change)
    assert failed(outcomes) - _ALSO.get(name, set()) == {name}
    assert outcomes[name].facts[0].startswith(says)


def test_every_probe_of_the_cluster_has_a_fault_here() -> None:
    others = {
        "zones-are-apart",
        "certificates-last",
        "certificates-are-read",
        "what-is-not-rendered-is-there",
        # Real exporters: tests/evidence/test_scrape.py.
        "exporters-serve-no-target",
    }
    assert FAULTS.keys() | others == {each.name for each in CLUSTER_PROBES}


_OUTSIDE = "what-is-not-rendered-is-there"
_CLASS = {"kind": "StorageClass", "metadata": {"name": "local-path"}}


def _naming(**pod: Any) -> list[Any]:
    """The rendered objects, with further fields in the pods of both sets."""
    objects = copy.deepcopy(ASKED)
    for each in objects:
        if each["kind"] == "StatefulSet":
            each["spec"]["template"]["spec"] |= pod
    return objects


def _not_started(cluster: Cluster) -> None:
    for status in cluster.named("Pod", "redis-0")["status"]["containerStatuses"]:
        status["state"] = {"waiting": {"reason": "ContainerCreating"}}


def test_a_class_that_is_missing_is_told_while_a_pod_waits() -> None:
    outcome = asked(_not_started)[_OUTSIDE]
    assert outcome.status is Status.FAILED
    assert outcome.facts == ("StorageClass local-path is not there: kubectl get storageclass local-path",)


def test_a_secret_is_never_read_and_counts_as_there_once_the_pods_have_started() -> None:
    objects = _naming(imagePullSecrets=[{"name": "registry"}])
    assert asked(lambda _: None, objects)[_OUTSIDE].status is Status.PASSED

    def waiting(cluster: Cluster) -> None:
        cluster.live.append(_CLASS)
        _not_started(cluster)

    outcome = asked(waiting, objects)[_OUTSIDE]
    assert outcome.status is Status.NOT_VERIFIED
    assert outcome.facts == (
        "Secret registry (keys .dockerconfigjson): not read, and redis-0 has not started: "
        "kubectl -n jewelry-shop get secret registry",
    )


@pytest.mark.parametrize(
    ("secrets", "fact"),
    [
        ({}, "Secret registry (keys .dockerconfigjson) is not there: "),
        ({"registry": {"data": {"other": ""}}}, "Secret registry has no key .dockerconfigjson: "),
        ({"registry": {"data": {".dockerconfigjson": ""}}}, ""),
    ],
)
def test_a_secret_that_may_be_read_is_asked_for_its_keys_although_all_pods_run(
    secrets: dict[str, Any], fact: str
) -> None:
    objects = _naming(imagePullSecrets=[{"name": "registry"}])
    outcome = asked(lambda c: setattr(c, "secrets", secrets), objects)[_OUTSIDE]
    assert outcome.status is (Status.FAILED if fact else Status.PASSED)
    assert [each[: len(fact)] for each in outcome.facts] == ([fact] if fact else [])


def test_a_priority_class_that_is_missing_fails_although_all_pods_run() -> None:
    objects = _naming(priorityClassName="high")
    outcome = asked(lambda _: None, objects)[_OUTSIDE]
    assert outcome.facts == ("PriorityClass high is not there: kubectl get priorityclass high",)

    def there(cluster: Cluster) -> None:
        cluster.live.append({"kind": "PriorityClass", "metadata": {"name": "high"}})

    assert asked(there, objects)[_OUTSIDE].status is Status.PASSED


def test_nodes_without_the_label_are_told_while_a_pod_waits() -> None:
    def waiting(cluster: Cluster) -> None:
        cluster.live.append(_CLASS)
        cluster.nodes = [{"kind": "Node", "metadata": {"name": "a", "labels": {"disk": "hdd"}}}]
        _not_started(cluster)

    outcome = asked(waiting, _naming(nodeSelector={"disk": "ssd"}))[_OUTSIDE]
    assert outcome.facts == ("no node is there with disk=ssd: kubectl get nodes -l disk=ssd",)


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("v1.34.9", Status.PASSED),
        ("v1.35.0", Status.FAILED),
        ("v1.35.2-eks-1", Status.FAILED),
        ("v1.35.4", Status.PASSED),
        ("v1.36.0-rc.1", Status.PASSED),
        ("unknown", Status.NOT_VERIFIED),
    ],
)
def test_the_releases_with_stuck_rollouts_are_told_by_the_servers_version(
    version: str, status: Status
) -> None:
    outcome = asked(lambda c: setattr(c, "version", version))["broken-rollouts-can-be-mended"]
    assert outcome.status is status


def test_nothing_applied_is_one_sentence() -> None:
    kinds = {each["kind"] for each in ASKED}

    def nothing(cluster: Cluster) -> None:
        cluster.live = [each for each in cluster.live if each["kind"] not in kinds]

    assert asked(nothing)["objects-are-there"].facts == (
        "none of the 18 objects exists: nothing of this deployment was applied to this namespace",
    )


def test_a_restart_of_long_ago_is_told_and_does_not_fail() -> None:
    outcome = asked(lambda c: _restarted(c, "2026-11-27T11:00:00Z"))["nothing-restarted"]
    assert outcome.status is Status.PASSED
    assert any("OOMKilled" in each.output for each in outcome.evidence)


def test_a_limit_that_a_limit_range_added_is_told() -> None:
    def added(cluster: Cluster) -> None:
        _set(
            cluster.container("redis-sentinel-0", "sentinel")["resources"]["limits"],
            **{"ephemeral-storage": "1Gi"},
        )

    facts = asked(added)["resources-are-as-asked"].facts
    assert facts == (
        "redis-sentinel-0/sentinel: limits.ephemeral-storage 1Gi, which was not requested (a LimitRange, or a webhook)",
    )


def test_a_pod_that_no_node_takes_is_told_with_the_schedulers_words() -> None:
    def pending(cluster: Cluster) -> None:
        why = {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}
        cluster.named("Pod", "redis-1")["status"] = {"phase": "Pending", "conditions": [why]}

    assert asked(pending)["pods-run"].facts == ("redis-1 is Pending: 0/3 nodes are available",)


def test_a_controller_that_has_not_looked_yet_verifies_nothing() -> None:
    outcomes = asked(lambda c: _set(c.named("StatefulSet", "redis")["metadata"], generation=9))
    assert outcomes["sets-are-ready"].status is Status.NOT_VERIFIED
    assert outcomes["rollouts-are-through"].status is Status.NOT_VERIFIED


def _zoned() -> list[Any]:
    objects = copy.deepcopy(ASKED)
    for each in objects:
        if each["kind"] == "StatefulSet":
            affinity = each["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]
            terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
            terms.append({**terms[0], "topologyKey": "topology.kubernetes.io/zone"})
    return objects


@pytest.mark.parametrize(
    ("zones", "status", "says"),
    [
        (("a", "b", "c"), Status.PASSED, ""),
        (("a", "b", "b"), Status.FAILED, "redis-1, redis-2 run in one topology.kubernetes.io/zone, b"),
        (
            ("a", "b", ""),
            Status.NOT_VERIFIED,
            "the nodes of redis-2 have no label topology.kubernetes.io/zone",
        ),
    ],
)
def test_zones_are_read_from_nodes(zones: tuple[str, ...], status: Status, says: str) -> None:
    def nodes(cluster: Cluster) -> None:
        for number, zone in enumerate(zones):
            labels = {"topology.kubernetes.io/zone": zone} if zone else {}
            cluster.nodes.append({"kind": "Node", "metadata": {"name": f"node-{number}", "labels": labels}})

    outcome = asked(nodes, _zoned())["zones-are-apart"]
    assert outcome.status is status, outcome.facts
    assert (outcome.facts or ("",))[0].startswith(says)


def _certificate(folder: Path, days: int) -> str:
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-keyout", folder / "key", "-out", folder / "crt", "-days", str(days), "-subj", "/CN=redis"),
        ],
        check=True,
        capture_output=True,
    )
    return (folder / "crt").read_text()


def _tls() -> list[Any]:
    objects = copy.deepcopy(ASKED)
    config = next(o for o in objects if (o["kind"], o["metadata"]["name"]) == ("ConfigMap", "redis-config"))
    config["data"]["redis.conf"] += "tls-cert-file /tls/tls.crt\n"
    return objects


def _lasts(text: str, now: datetime) -> Outcome:
    cluster = Cluster()
    cluster.says = {(f"redis-{ordinal}", "cat"): Answer(0, text) for ordinal in range(3)}
    desired = Desired.of(_tls())
    assert certificates.certificates_last.applies(desired)
    return asyncio.run(certificates.certificates_last.outcome(Look(Round(cluster, desired, now))))


def test_certificates_are_read_as_openssl_writes_them(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    require_tool("openssl", "Debian package openssl")
    text = _certificate(tmp_path, 30)
    now = datetime.now(UTC)
    assert _lasts(text, now + timedelta(minutes=1)).status is Status.PASSED
    soon = _lasts(text, now + timedelta(days=25))
    assert soon.status is Status.FAILED
    assert "its certificate ends at" in soon.facts[0]
    over = _lasts(text, now + timedelta(days=31))
    assert re.match(r"redis-0: its certificate is valid from \S+ to \S+ only", over.facts[0])
    # What openssl says of it.
    said = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "crt", "-noout", "-enddate"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    ends = datetime.strptime(said.strip(), "notAfter=%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    body = "".join(text.splitlines()[1:-1])
    assert certificates.validity(body)[1] == ends


@pytest.mark.parametrize(("written_later_s", "facts"), [(-5, 0), (2, 0), (600, 6)])
def test_a_certificate_that_came_after_the_start_is_shown_to_nobody(written_later_s: int, facts: int) -> None:
    cluster = Cluster()
    desired = Desired.of(_tls())
    started = 1_790_000_000
    told = f"server_time_usec:{started + 900}000000\r\nuptime_in_seconds:900\r\n"
    for pod in (*desired.redis.pods, *desired.sentinel.pods):
        cluster.says[pod, "stat"] = Answer(0, f"{started + written_later_s}\n")
        cluster.says[pod, "INFO"] = Answer(0, told)
    probe = certificates.certificates_are_read
    outcome = asyncio.run(probe.outcome(Look(Round(cluster, desired, NOW))))
    assert len(outcome.facts) == facts, outcome.facts
    assert outcome.status is (Status.FAILED if facts else Status.PASSED)


def test_what_is_no_certificate_is_not_verified() -> None:
    assert _lasts("nothing", NOW).status is Status.NOT_VERIFIED
    with pytest.raises(NotVerifiedError):
        certificates.validity("bm90aGluZw==")


def test_an_image_without_tools_leaves_the_exporter_unverified() -> None:
    outcome = asked(lambda c: c.says.update({("redis-1", "sh"): Answer(0, "no-tool\n")}))["exporters-tell"]
    assert outcome.status is Status.NOT_VERIFIED
    assert "neither wget nor bash" in outcome.facts[0]


def test_a_metric_that_alerts_need_is_missed() -> None:
    less = _REDIS_METRICS.replace("redis_connected_slaves 2\n", "")
    outcome = asked(lambda c: c.says.update({("redis-1", "sh"): Answer(0, less)}))["exporters-tell"]
    assert outcome.facts == ("redis-1/redis-exporter has no metric redis_connected_slaves",)


def test_codes_are_unique_and_what_decides_is_among_the_probes() -> None:
    assert (
        len({each.code for each in ALL_PROBES}) == len({each.name for each in ALL_PROBES}) == len(ALL_PROBES)
    )
    assert set(ESSENTIAL) <= set(ALL_PROBES)
    for each in CLUSTER_PROBES:
        assert re.fullmatch(r"PB[12]\d\d", each.code)
        assert each.about.endswith(".")
        assert "\n" not in each.about, each.name


def test_evidence_is_bounded() -> None:
    outcomes = asked(lambda c: c.says.update({("redis-1", "df"): Answer(1, "x" * 100_000)}))
    longest = max(len(each.output) for each in outcomes["volumes-have-room"].evidence)
    assert longest < EVIDENCE_CHARACTERS + 100
