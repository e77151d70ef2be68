"""`verify` against a real API server: objects as they are stored, permissions as they are refused.

No kubelet runs: the states of pods are written by the tests (states.py), and what is asked by exec is not answered.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml12

from cluster import states
from cluster.namespace import REFERENCE_LIMITS, RESTRICTED, Namespace
from cluster.rendering import Rendered, profile_for, rendered
from commandline import redismanifests
from deployment import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

    from cluster.api import Api
    from cluster.apiserver import ApiServer
    from cluster.kubectl import Kubectl

pytestmark = pytest.mark.cluster

BY_EXEC = {"PB141", "PB171", "PB190", "PB191", "PB192", "PB197"}
"""Probes of the cluster's part that need an answer from a container."""


class Deployed:
    """The reference in a namespace of its own, with healthy pods, and verify for it."""

    def __init__(
        self, api: Api, server: ApiServer, kubectl: Kubectl, folder: Rendered, namespace: Namespace
    ) -> None:
        self.api, self.server, self.kubectl, self.folder, self.namespace = (
            api,
            server,
            kubectl,
            folder,
            namespace,
        )

    def verify(self, *arguments: str, kubeconfig: Path | None = None) -> CompletedProcess[str]:
        config = str(kubeconfig or self.server.kubeconfig)
        return redismanifests("verify", self.folder.profile, "--kubeconfig", config, *arguments)

    def outcomes(self, *arguments: str) -> dict[str, dict[str, Any]]:
        done = self.verify("--format", "json", *arguments)
        assert done.stdout, done.stderr
        return {each["code"]: each for each in json.loads(done.stdout)["outcomes"]}

    def failed(self, *arguments: str) -> dict[str, list[str]]:
        """Facts of what failed, by code."""
        found = self.outcomes(*arguments)
        return {code: each["facts"] for code, each in found.items() if each["status"] == "failed"}


@pytest.fixture(scope="module")
def deployed(
    api: Api, server: ApiServer, kubectl: Kubectl, kubernetes: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    room = tmp_path_factory.mktemp("verified")
    namespace = Namespace(api, "verified")
    namespace.create(RESTRICTED, REFERENCE_LIMITS)
    folder = rendered(profile_for(REFERENCE, namespace.name, kubernetes, room), room / "rendered")
    said = kubectl("apply", "-f", folder.folder)
    assert said.code == 0, said.errors
    states.write(namespace, folder.objects)
    yield Deployed(api, server, kubectl, folder, namespace)
    # The server ends connections over which nothing was asked for a while.
    api.close()
    for each in api.get(states.slices(namespace)).succeeded()["items"]:
        api.delete(f"{states.slices(namespace)}/{each['metadata']['name']}")
    namespace.remove()


def test_every_check_of_objects_passes(deployed: Deployed) -> None:
    found = deployed.outcomes("--select", "PB1")
    others = {code: each["facts"] for code, each in found.items() if each["status"] != "passed"}
    assert set(others) == BY_EXEC, others
    assert {code for code in found if found[code]["status"] == "passed"} >= {
        "PB100",
        "PB102",
        "PB110",
        "PB180",
    }


def test_a_dump_of_the_same_says_the_same(deployed: Deployed, tmp_path: Path) -> None:
    kinds = "statefulset,pod,service,configmap,serviceaccount,pvc,pdb,limitrange,endpointslice"
    for name, options in (("owned", ["--show-managed-fields"]), ("bare", [])):
        said = deployed.kubectl("-n", "verified", "get", kinds, "-o", "yaml", *options)
        (tmp_path / f"{name}.yaml").write_text(said.output)
        space = deployed.kubectl("get", "namespace", "verified", "-o", "yaml")
        (tmp_path / "space.yaml").write_text(space.output)
        done = redismanifests(
            *("verify", deployed.folder.profile, "--select", "PB1", "--format", "json"),
            *("--dump", tmp_path / f"{name}.yaml", "--dump", tmp_path / "space.yaml"),
        )
        found = {each["code"]: each for each in json.loads(done.stdout)["outcomes"]}
        others = {code: each["facts"] for code, each in found.items() if each["status"] != "passed"}
        # Nothing of network policies is rendered, and a kind of which there is nothing is in no dump.
        assert set(others) == BY_EXEC | {"PB101"}, others
        assert done.returncode == 0
        assert "a dump cannot run commands" in others["PB171"][0]
        assert "the dump has no NetworkPolicy" in others["PB101"][0]


def test_without_answers_of_redis_nothing_is_taken_for_working(deployed: Deployed) -> None:
    done = deployed.verify()
    assert done.returncode == 1
    assert "passed" in done.stdout.splitlines()[-1]


CHANGED: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "PB102": (
        "ConfigMap",
        "redis-config",
        {"data": {"extra": "x"}},
        "data.extra is x, which was not rendered",
    ),
    "PB110": (
        "StatefulSet",
        "redis",
        {"status": {"readyReplicas": 2, "availableReplicas": 2}},
        "StatefulSet redis has 2 of 3 pods ready",
    ),
    "PB111": ("StatefulSet", "redis", {"status": {"updateRevision": "redis-new"}}, "redis-new is the newest"),
    "PB112": (
        "Pod",
        "redis-1",
        {"status": {"phase": "Pending", "containerStatuses": []}},
        "redis-1 is Pending",
    ),
    "PB140": (
        "PersistentVolumeClaim",
        "data-redis-2",
        {"status": {"phase": "Lost"}},
        "data-redis-2 is Lost",
    ),
    "PB150": ("Service", "redis", {"spec": {"type": "NodePort"}}, "type NodePort instead of ClusterIP"),
    "PB172": (
        "Pod",
        "redis-0",
        {"metadata": {"annotations": {"prometheus.io/port": "1"}}},
        "annotation prometheus.io/port is 1 instead of 9121",
    ),
    "PB180": (
        "PodDisruptionBudget",
        "redis",
        {"status": {"disruptionsAllowed": 0, "currentHealthy": 2}},
        "redis allows no eviction (2 of 3 healthy)",
    ),
}
"""Probe -> object, change, fact."""


@pytest.mark.parametrize("code", CHANGED)
def test_a_change_on_the_server_is_seen(deployed: Deployed, code: str) -> None:
    kind, name, change, fact = CHANGED[code]
    at = f"{deployed.namespace.collection(kind)}/{name}" + ("/status" if "status" in change else "")
    before = deployed.api.get(at).succeeded()
    deployed.api.patch(at, change).succeeded()
    try:
        failed = deployed.failed("--select", code)
        assert any(fact in each for each in failed[code]), failed
    finally:
        now = deployed.api.get(at).succeeded()
        before["metadata"]["resourceVersion"] = now["metadata"]["resourceVersion"]
        deployed.api.replace(at, before).succeeded()


def test_what_is_missing_left_behind_or_foreign_is_named(deployed: Deployed) -> None:
    namespace, api = deployed.namespace, deployed.api
    account = f"{namespace.collection('ServiceAccount')}/redis"
    gone = api.get(account).succeeded()
    left = {"metadata": {"name": "redis-old", "labels": gone["metadata"]["labels"]}, "data": {"a": "b"}}
    api.delete(account).succeeded()
    namespace.create_in("ConfigMap", left).succeeded()
    of_service = f"{states.slices(namespace)}/redis-abcde"
    endpoints = api.get(of_service).succeeded()
    foreign = {"addresses": ["10.9.9.9"], "targetRef": {"kind": "Pod", "name": "legacy-redis-0"}}
    api.patch(of_service, {"endpoints": [*endpoints["endpoints"], foreign]}).succeeded()
    try:
        failed = deployed.failed("--select", "PB10", "--select", "PB151")
        assert failed == {
            "PB100": ["ServiceAccount redis is not there"],
            "PB101": ["ConfigMap redis-old is deployed and no longer rendered"],
            "PB151": ["Service redis also selects legacy-redis-0, which is no pod of this deployment"],
        }
    finally:
        api.delete(f"{namespace.collection('ConfigMap')}/redis-old").succeeded()
        api.patch(of_service, {"endpoints": endpoints["endpoints"]}).succeeded()
        own = {key: gone["metadata"][key] for key in ("name", "labels", "annotations")}
        namespace.create_in("ServiceAccount", {**gone, "metadata": own}).succeeded()


def test_an_empty_namespace_is_said_in_one_sentence_and_is_not_what_was_asked_for(
    deployed: Deployed, namespace: Namespace
) -> None:
    namespace.create({})
    done = deployed.verify("--namespace", namespace.name)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "failed[PB100]: objects-are-there\n   = none of the 18 objects exists: nothing of this deployment was applied"
    )


def test_a_half_created_deployment_names_what_is_not_there_yet(
    deployed: Deployed, namespace: Namespace
) -> None:
    namespace.create({})
    said = deployed.kubectl(
        "apply",
        "-n",
        namespace.name,
        "-f",
        "-",
        text=json.dumps(_in(deployed.folder.of_kind("Service"), namespace.name)),
    )
    assert said.code == 0, said.errors
    done = deployed.verify("--namespace", namespace.name, "--select", "PB100")
    assert done.returncode == 1
    assert "StatefulSet redis is not there" in done.stdout
    assert "Service redis is not there" not in done.stdout


def _in(objects: list[Any], namespace: str) -> dict[str, Any]:
    items = [{**each, "metadata": {**each["metadata"], "namespace": namespace}} for each in objects]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def test_a_namespace_and_a_context_that_are_not_there_are_trouble(deployed: Deployed) -> None:
    done = deployed.verify("--namespace", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: there is no namespace nowhere in this cluster" in done.stderr
    done = deployed.verify("--context", "elsewhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the kubeconfig has no context elsewhere" in done.stderr


@pytest.fixture(scope="module")
def viewer(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kubeconfig of a ServiceAccount that may do nothing yet."""
    made = deployed.kubectl("-n", "verified", "create", "serviceaccount", "redis-verify")
    assert made.code == 0, made.errors
    token = deployed.kubectl("-n", "verified", "create", "token", "redis-verify").output.strip()
    config = json.loads(deployed.server.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token}
    path = tmp_path_factory.mktemp("viewer") / "config"
    path.write_text(json.dumps(config))
    return path


def _role(deployed: Deployed) -> tuple[dict[str, Any], dict[str, Any]]:
    done = deployed.verify("--print-rbac")
    assert done.returncode == 0, done.stderr
    role, binding = yaml12.parse_yaml(done.stdout, multi=True)
    return role, binding


def _apply(deployed: Deployed, *objects: dict[str, Any]) -> None:
    said = deployed.kubectl(
        "apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    )
    assert said.code == 0, said.errors


def test_with_exactly_the_printed_role_verify_works(deployed: Deployed, viewer: Path) -> None:
    role, binding = _role(deployed)
    _apply(deployed, role, binding)
    done = deployed.verify("--select", "PB1", "--format", "json", kubeconfig=viewer)
    found = json.loads(done.stdout)
    assert found["missing_permissions"] == []
    assert {each["code"] for each in found["outcomes"] if each["status"] != "passed"} == BY_EXEC
    assert done.returncode == 0
    # By exec the API server goes on to the kubelet, and there is none.
    asked = deployed.verify("--select", "PB002", kubeconfig=viewer)
    assert 'pods "node-0" not found' in asked.stdout
    assert "may not" not in asked.stdout + asked.stderr


def _less(role: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The Role with one permission less, and which."""
    for number, rule in enumerate(role["rules"]):
        for resource in rule["resources"]:
            rest = {**rule, "resources": [each for each in rule["resources"] if each != resource]}
            rules = [rest if index == number else each for index, each in enumerate(role["rules"])]
            group = f".{rule['apiGroups'][0]}" if rule["apiGroups"][0] else ""
            without = {**role, "rules": [each for each in rules if each["resources"]]}
            yield f"{rule['verbs'][0]} {resource}{group}", without


@pytest.mark.slow
def test_with_any_permission_taken_away_it_says_which_is_missing(deployed: Deployed, viewer: Path) -> None:
    role, binding = _role(deployed)
    taken = list(_less(role))
    assert len(taken) == 13
    for missing, without in taken:
        _apply(deployed, without, binding)
        done = deployed.verify("--select", "PB101", "--select", "PB002", kubeconfig=viewer)
        assert done.returncode == 2, missing
        user = "system:serviceaccount:verified:redis-verify"
        assert f"error: {user} may not {missing} in namespace verified" in done.stderr, (missing, done.stderr)
        assert done.stderr.count("error:") == 1, done.stderr
        assert "a permission is missing, so this is no verdict" in done.stdout
    _apply(deployed, role, binding)


def test_kubectl_that_is_missing_is_trouble(deployed: Deployed, tmp_path: Path) -> None:
    done = redismanifests("verify", deployed.folder.profile, env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "kubectl is not on PATH" in done.stderr
    assert shutil.which("kubectl")


def test_secrets_are_asked_for_the_names_of_their_keys_by_name_alone(
    api: Api, server: ApiServer, kubectl: Kubectl, kubernetes: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    room = tmp_path_factory.mktemp("secrets")
    namespace = Namespace(api, "secrets")
    namespace.create(RESTRICTED, REFERENCE_LIMITS)
    profile = profile_for(REFERENCE, namespace.name, kubernetes, room)
    profile.write_text(profile.read_text(encoding="utf-8") + "\nauth: {mode: password}\n", encoding="utf-8")
    here = Deployed(api, server, kubectl, rendered(profile, room / "rendered"), namespace)
    said = kubectl("apply", "-f", here.folder.folder)
    assert said.code == 0, said.errors
    try:
        role, _ = _role(here)
        assert not any("secrets" in rule["resources"] for rule in role["rules"])
        done = here.verify("--print-rbac", "--secrets")
        role, _ = yaml12.parse_yaml(done.stdout, multi=True)
        (rule,) = (each for each in role["rules"] if "secrets" in each["resources"])
        (name,) = rule["resourceNames"]
        assert rule["verbs"] == ["get"]
        asking = ("--select", "PB203", "--secrets", "--format", "json", "--evidence")

        def facts() -> list[str]:
            (found,) = json.loads(here.verify(*asking).stdout)["outcomes"]
            return [fact for fact in found["facts"] if name in fact]

        assert facts()[0].startswith(f"Secret {name} (keys default) is not there: kubectl -n secrets create")
        value = "a-very-secret-word"
        assert (
            kubectl(
                "-n", "secrets", "create", "secret", "generic", name, f"--from-literal=other={value}"
            ).code
            == 0
        )
        assert facts() == [f"Secret {name} has no key default: kubectl -n secrets describe secret {name}"]
        patch = json.dumps({"stringData": {"default": value}})
        assert kubectl("-n", "secrets", "patch", "secret", name, "-p", patch).code == 0
        assert facts() == []
        shown = here.verify(*asking)
        assert value not in shown.stdout + shown.stderr
        assert "YS12ZXJ5LXNlY3JldC13b3Jk" not in shown.stdout + shown.stderr, "nor in base64"
    finally:
        namespace.remove()
