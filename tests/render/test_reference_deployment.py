"""The reference deployment: every fact of its description, and none of its faults, on the parsed objects."""

from __future__ import annotations

import pytest

from deployment import REFERENCE, Manifest, by_kind_and_name, containers, directives, reviewed
from redismanifests.core.findings import Severity
from redismanifests.judge.admission.limit_range.limit_range import decide_pod, read_limit_ranges

Objects = dict[tuple[str, str], Manifest]
SETS = ("redis", "redis-sentinel")
PODS = ("redis-0", "redis-1", "redis-2", "redis-sentinel-0", "redis-sentinel-1", "redis-sentinel-2")


@pytest.fixture(scope="module")
def objects() -> Objects:
    return by_kind_and_name(reviewed(REFERENCE).accepted().objects)


@pytest.fixture(scope="module")
def redis(objects: Objects) -> Manifest:
    return objects["StatefulSet", "redis"]


@pytest.fixture(scope="module")
def sentinel(objects: Objects) -> Manifest:
    return objects["StatefulSet", "redis-sentinel"]


@pytest.fixture(scope="module")
def redis_conf(objects: Objects) -> list[str]:
    return directives(objects["ConfigMap", "redis-config"]["data"]["redis.conf"])


@pytest.fixture(scope="module")
def sentinel_conf(objects: Objects) -> list[str]:
    return directives(objects["ConfigMap", "redis-sentinel-config"]["data"]["sentinel.conf"])


@pytest.fixture(scope="module")
def settings(objects: Objects) -> list[str]:
    return objects["ConfigMap", "redis-sentinel-config"]["data"]["settings.sh"].splitlines()


def _claim(manifest: Manifest) -> Manifest:
    (claim,) = manifest["spec"]["volumeClaimTemplates"]
    return claim


class TestObjects:
    def test_everything_stands_in_the_shops_namespace(self, objects: Objects) -> None:
        assert {m["metadata"]["namespace"] for m in objects.values()} == {"jewelry-shop"}

    def test_redis_runs_three_pods_with_an_exporter_each(self, redis: Manifest) -> None:
        assert redis["spec"]["replicas"] == 3
        assert list(containers(redis)) == ["redis", "redis-exporter"]

    def test_sentinel_runs_three_pods_with_an_exporter_each(self, sentinel: Manifest) -> None:
        assert sentinel["spec"]["replicas"] == 3
        assert list(containers(sentinel)) == ["sentinel", "sentinel-exporter"]

    def test_pods_of_redis_and_only_they_are_found_by_app_redis(self, objects: Objects) -> None:
        apps = {
            name: m["spec"]["template"]["metadata"]["labels"]["app"]
            for (kind, name), m in objects.items()
            if kind == "StatefulSet"
        }
        assert apps == {"redis": "redis", "redis-sentinel": "redis-sentinel"}

    @pytest.mark.parametrize(("name", "size"), [("redis", "10Gi"), ("redis-sentinel", "1Gi")])
    def test_each_pod_claims_a_volume_of_the_local_path_class(
        self, objects: Objects, name: str, size: str
    ) -> None:
        claim = _claim(objects["StatefulSet", name])
        assert claim["metadata"]["name"] == "data"
        assert claim["spec"]["storageClassName"] == "local-path"
        assert claim["spec"]["resources"] == {"requests": {"storage": size}}
        assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]

    def test_six_claims_follow_from_the_sets(self, objects: Objects) -> None:
        claims = {
            f"{_claim(objects['StatefulSet', name])['metadata']['name']}-{name}-{ordinal}"
            for name in SETS
            for ordinal in range(objects["StatefulSet", name]["spec"]["replicas"])
        }
        assert claims == {f"data-{pod}" for pod in PODS}

    @pytest.mark.parametrize(
        ("name", "headless", "port", "selected"),
        [
            ("redis", False, 6379, "redis"),
            ("redis-headless", True, 6379, "redis"),
            ("redis-sentinel", False, 26379, "redis-sentinel"),
            ("redis-sentinel-headless", True, 26379, "redis-sentinel"),
        ],
    )
    def test_the_four_services_lead_to_their_pods(
        self, objects: Objects, name: str, headless: bool, port: int, selected: str
    ) -> None:
        spec = objects["Service", name]["spec"]
        assert spec["type"] == "ClusterIP"
        assert (spec.get("clusterIP") == "None") is headless
        assert [p["port"] for p in spec["ports"]] == [port]
        assert spec["selector"]["app"] == selected

    def test_pods_have_stable_names_behind_the_headless_services(self, objects: Objects) -> None:
        assert objects["StatefulSet", "redis"]["spec"]["serviceName"] == "redis-headless"
        assert objects["StatefulSet", "redis-sentinel"]["spec"]["serviceName"] == "redis-sentinel-headless"

    def test_one_config_map_each_carries_configuration_and_start_script(self, objects: Objects) -> None:
        names = [name for kind, name in objects if kind == "ConfigMap"]
        assert names == ["redis-config", "redis-sentinel-config"]
        assert {"redis.conf", "redis-start.sh"} <= objects["ConfigMap", "redis-config"]["data"].keys()
        sentinel = objects["ConfigMap", "redis-sentinel-config"]["data"]
        assert {"sentinel.conf", "sentinel-start.sh"} <= sentinel.keys()

    def test_files_are_named_as_the_hand_built_ones_were(self) -> None:
        files = reviewed(REFERENCE).rendering.files
        assert {"redis-statefulset.yaml", "redis-sentinel-statefulset.yaml"} <= files.keys()
        for item in reviewed(REFERENCE).rendering.objects:
            kind = item.manifest["kind"].lower()
            assert item.file.endswith(f"-{kind}.yaml")


class TestSettings:
    def test_the_master_is_called_mymaster_and_two_of_three_must_agree(self, settings: list[str]) -> None:
        assert "MASTER_NAME='mymaster'" in settings
        assert "QUORUM='2'" in settings

    def test_a_sentinel_waits_five_seconds_and_counts_thirty_for_a_failover(
        self, sentinel_conf: list[str]
    ) -> None:
        assert "sentinel down-after-milliseconds mymaster 5000" in sentinel_conf
        assert "sentinel failover-timeout mymaster 30000" in sentinel_conf

    def test_save_points_are_the_three_of_the_reference(self, redis_conf: list[str]) -> None:
        saves = [line for line in redis_conf if line.startswith("save ")]
        assert saves == ["save 900 1", "save 300 10", "save 60 10000"]

    def test_the_append_only_file_is_on_and_reaches_the_disk_every_second(
        self, redis_conf: list[str]
    ) -> None:
        assert "appendonly yes" in redis_conf
        assert "appendfsync everysec" in redis_conf

    def test_files_on_the_volume_keep_the_names_of_the_reference(self, redis_conf: list[str]) -> None:
        # appendonlydir and dump.rdb are the server's defaults: nothing may say otherwise.
        assert not [x for x in redis_conf if x.startswith(("appenddirname", "appendfilename", "dbfilename"))]

    @pytest.mark.parametrize(
        ("container", "requests", "limits"),
        [
            ("redis", ("250m", "256Mi"), ("500m", "512Mi")),
            ("sentinel", ("100m", "128Mi"), ("200m", "256Mi")),
            ("redis-exporter", ("100m", "128Mi"), ("200m", "256Mi")),
            ("sentinel-exporter", ("100m", "128Mi"), ("200m", "256Mi")),
        ],
    )
    def test_resources_are_those_of_the_reference(
        self, objects: Objects, container: str, requests: tuple[str, str], limits: tuple[str, str]
    ) -> None:
        found = {n: c for name in SETS for n, c in containers(objects["StatefulSet", name]).items()}
        assert found[container]["resources"] == {
            "requests": {"cpu": requests[0], "memory": requests[1]},
            "limits": {"cpu": limits[0], "memory": limits[1]},
        }

    def test_every_container_satisfies_the_namespaces_limit_range(self, objects: Objects) -> None:
        limits = read_limit_ranges(
            {
                "apiVersion": "v1",
                "kind": "LimitRange",
                "metadata": {"name": "limits"},
                "spec": {"limits": [{"type": "Container", "min": {"cpu": "100m", "memory": "128Mi"}}]},
            }
        )
        for name in SETS:
            spec = objects["StatefulSet", name]["spec"]["template"]["spec"]
            assert decide_pod(limits, spec, name, 32).admitted

    def test_the_profile_judges_by_that_same_limit_range(self) -> None:
        from redismanifests.core.sources.source import source_from_file

        (limit_range,) = read_limit_ranges(
            source_from_file(REFERENCE.parent / "limits" / "jewelry-shop.yaml").value
        )
        (item,) = limit_range.items
        written = {resource: str(amount) for resource, amount in item.min.items()}
        assert (item.type, written) == ("Container", {"cpu": "100m", "memory": "128Mi"})

    @pytest.mark.parametrize(("name", "port"), [("redis", 9121), ("redis-sentinel", 9355)])
    def test_exporters_have_the_references_image_ports_and_annotations(
        self, objects: Objects, name: str, port: int
    ) -> None:
        manifest = objects["StatefulSet", name]
        exporter = containers(manifest)[f"{name.removeprefix('redis-')}-exporter"]
        assert exporter["image"] == "oliver006/redis_exporter:v1.55.0-alpine"
        assert [p["containerPort"] for p in exporter["ports"]] == [port]
        assert f"--web.listen-address=:{port}" in exporter["args"]
        annotations = manifest["spec"]["template"]["metadata"]["annotations"]
        assert {k: v for k, v in annotations.items() if k.startswith("prometheus.io/")} == {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": str(port),
            "prometheus.io/path": "/metrics",
        }

    def test_redis_liveness_is_tcp_with_the_references_times(self, redis: Manifest) -> None:
        assert containers(redis)["redis"]["livenessProbe"] == {
            "tcpSocket": {"port": "redis"},
            "initialDelaySeconds": 30,
            "periodSeconds": 10,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        }

    def test_redis_readiness_keeps_the_times_and_asks_more_than_a_ping(self, redis: Manifest) -> None:
        assert containers(redis)["redis"]["readinessProbe"] == {
            "exec": {"command": ["sh", "/config/redis-ready.sh"]},
            "initialDelaySeconds": 10,
            "periodSeconds": 5,
            "timeoutSeconds": 3,
            "failureThreshold": 3,
        }

    @pytest.mark.parametrize("name", SETS)
    def test_the_three_pods_of_a_set_run_on_three_nodes(self, objects: Objects, name: str) -> None:
        spec = objects["StatefulSet", name]["spec"]
        hard = spec["template"]["spec"]["affinity"]["podAntiAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"
        ]
        assert hard == [
            {
                "topologyKey": "kubernetes.io/hostname",
                "labelSelector": {"matchLabels": spec["selector"]["matchLabels"]},
            }
        ]


class TestFaultsAreAbsent:
    def test_addresses_are_one_switch_in_both_config_maps(self, objects: Objects) -> None:
        for name in ("redis-config", "redis-sentinel-config"):
            assert "ADDRESSING='service'" in objects["ConfigMap", name]["data"]["settings.sh"].splitlines()

    def test_no_host_name_is_announced_where_sentinel_does_not_resolve_it(
        self, redis_conf: list[str], sentinel_conf: list[str]
    ) -> None:
        # The start scripts write these lines, by the one switch; a fixed line beside it was the fault.
        words = ("announce-ip", "announce-hostnames", "resolve-hostnames", "replica-announce")
        assert not [line for line in (*redis_conf, *sentinel_conf) if any(word in line for word in words)]

    def test_each_pod_announces_a_service_address_that_outlives_it(self, objects: Objects) -> None:
        for pod in PODS:
            spec = objects["Service", pod]["spec"]
            assert spec["type"] == "ClusterIP"
            assert spec.get("clusterIP") != "None"
            assert spec["selector"] == {"statefulset.kubernetes.io/pod-name": pod}
            assert spec["publishNotReadyAddresses"] is True

    def test_members_learn_these_addresses_without_dns(self, redis: Manifest, sentinel: Manifest) -> None:
        for manifest in (redis, sentinel):
            assert manifest["spec"]["template"]["spec"]["enableServiceLinks"] is True

    @pytest.mark.parametrize("name", SETS)
    def test_every_container_is_restricted(self, objects: Objects, name: str) -> None:
        pod = objects["StatefulSet", name]["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & pod.keys()
        assert all(v.keys() <= {"name", "configMap", "emptyDir"} for v in pod["volumes"])
        for container in containers(objects["StatefulSet", name]).values():
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["readOnlyRootFilesystem"] is True
            assert "privileged" not in context
            assert context.get("runAsUser", pod["securityContext"]["runAsUser"]) > 0

    @pytest.mark.parametrize("name", SETS)
    def test_files_on_the_volume_belong_to_the_servers_group_not_to_root(
        self, objects: Objects, name: str
    ) -> None:
        context = objects["StatefulSet", name]["spec"]["template"]["spec"]["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (999, 999, 999)

    def test_the_recovery_bound_is_computed_and_names_what_misses_the_target(self) -> None:
        (finding,) = (f for f in reviewed(REFERENCE).findings if f.code == "RM021")
        assert finding.severity is Severity.WARNING
        assert finding.path == ("sentinel", "failoverTimeout")
        line, _, _ = finding.place()
        assert finding.source is not None
        assert finding.source.line(line) == "  failoverTimeout: 30s"
        # 5 s + 4.9 s, then twice 30 s and a second: not 35.
        assert "70.9s" in finding.fact

    def test_no_token_is_mounted(self, objects: Objects) -> None:
        for name in SETS:
            assert objects["ServiceAccount", name]["automountServiceAccountToken"] is False
            pod = objects["StatefulSet", name]["spec"]["template"]["spec"]
            assert pod["automountServiceAccountToken"] is False
            assert pod["serviceAccountName"] == name
