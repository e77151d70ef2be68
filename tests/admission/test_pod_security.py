"""Pod Security: each control broken and held, in the versions where it reads one way and where it reads the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deployment import COMMITTED, reviewed
from redismanifests.judge.admission.pod_security.pod_security import breaches, judge
from redismanifests.judge.admission.pod_security.pod_security_labels import (
    LEVELS,
    PREFIX,
    Policy,
    Standard,
    policy,
    read_labels,
)

if TYPE_CHECKING:
    from redismanifests.judge.admission.manifest import Problem
    from redismanifests.judge.admission.pod_security.pod_security_labels import Level

NEWEST = 37

HARDENED: dict[str, Any] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/c"
SECCOMP = "seccomp.security.alpha.kubernetes.io/pod"


def pod(
    own: dict[str, Any] | None = None,
    security: dict[str, Any] | None = None,
    container: dict[str, Any] | None = None,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A pod that the restricted level admits, and what is changed of it."""
    return {
        "metadata": {"name": "p", "annotations": annotations or {}},
        "spec": {
            "securityContext": {
                "runAsNonRoot": True,
                "seccompProfile": {"type": "RuntimeDefault"},
                **(own or {}),
            },
            "containers": [
                {
                    "name": "c",
                    "image": "i",
                    "securityContext": {**HARDENED, **(security or {})},
                    **(container or {}),
                }
            ],
            **spec,
        },
    }


def broken(
    manifest: dict[str, Any], level: Level, version: str = "latest", cluster: int = NEWEST
) -> list[str]:
    """The controls that it breaks."""
    return [each.control for each in breaches(manifest, Standard(level, version), cluster)]


BASELINE: dict[str, tuple[dict[str, Any], str]] = {
    "host network": (pod(hostNetwork=True), "hostNamespaces"),
    "host processes": (pod(hostPID=True), "hostNamespaces"),
    "host memory": (pod(hostIPC=True), "hostNamespaces"),
    "host path": (pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), "hostPathVolumes"),
    "host port": (pod(container={"ports": [{"containerPort": 1, "hostPort": 2}]}), "hostPorts"),
    "probe of another host": (
        pod(container={"livenessProbe": {"tcpSocket": {"port": 1, "host": "example.com"}}}),
        "hostProbesAndHostLifecycle",
    ),
    "hook of another host": (
        pod(container={"lifecycle": {"preStop": {"httpGet": {"port": 1, "host": "example.com"}}}}),
        "hostProbesAndHostLifecycle",
    ),
    "privileged": (pod(security={"privileged": True}), "privileged"),
    "unmasked /proc": (pod(security={"procMount": "Unmasked"}), "procMount"),
    "type of SELinux": (pod(own={"seLinuxOptions": {"type": "spc_t"}}), "seLinuxOptions"),
    "user of SELinux": (pod(security={"seLinuxOptions": {"user": "u"}}), "seLinuxOptions"),
    "no seccomp": (pod(own={"seccompProfile": {"type": "Unconfined"}}), "seccompProfile_baseline"),
    "sysctl": (pod(own={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}), "sysctls"),
    "capability": (
        pod(security={"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}),
        "capabilities_baseline",
    ),
    "AppArmor field": (pod(own={"appArmorProfile": {"type": "Unconfined"}}), "appArmorProfile"),
    "AppArmor annotation": (pod(annotations={APP_ARMOR: "unconfined"}), "appArmorProfile"),
    "Windows host process": (pod(own={"windowsOptions": {"hostProcess": True}}), "windowsHostProcess"),
}

RESTRICTED: dict[str, tuple[dict[str, Any], str]] = {
    "escalation": (pod(security={"allowPrivilegeEscalation": True}), "allowPrivilegeEscalation"),
    "escalation unsaid": (
        pod(container={"securityContext": {"capabilities": {"drop": ["ALL"]}}}),
        "allowPrivilegeEscalation",
    ),
    "capabilities kept": (pod(security={"capabilities": {}}), "capabilities_restricted"),
    "capability added": (
        pod(security={"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}),
        "capabilities_restricted",
    ),
    "network volume": (
        pod(volumes=[{"name": "v", "nfs": {"server": "s", "path": "/"}}]),
        "restrictedVolumes",
    ),
    "root allowed": (pod(own={"runAsNonRoot": None}), "runAsNonRoot"),
    "root asked for": (pod(security={"runAsNonRoot": False}), "runAsNonRoot"),
    "root by number": (pod(security={"runAsUser": 0}), "runAsUser"),
    "seccomp unsaid": (pod(own={"seccompProfile": None}), "seccompProfile_restricted"),
}


def test_the_hardened_pod_holds_every_level_of_every_version() -> None:
    for cluster in range(27, NEWEST + 1):
        for version in ("latest", *(f"v1.{minor}" for minor in range(NEWEST + 3))):
            assert all(broken(pod(), level, version, cluster) == [] for level in LEVELS)


@pytest.mark.parametrize("fault", BASELINE)
def test_what_breaks_the_baseline_breaks_restricted_too_and_privileged_never(fault: str) -> None:
    manifest, control = BASELINE[fault]
    assert broken(manifest, "privileged") == []
    assert broken(manifest, "baseline") == [control]
    assert len(broken(manifest, "restricted")) == 1


@pytest.mark.parametrize("fault", RESTRICTED)
def test_what_breaks_only_restricted(fault: str) -> None:
    manifest, control = RESTRICTED[fault]
    assert broken(manifest, "baseline") == []
    assert broken(manifest, "restricted") == [control]


HISTORY: dict[str, tuple[dict[str, Any], Level, int, bool]] = {
    "escalation counts": (RESTRICTED["escalation"][0], "restricted", 8, True),
    "seccomp must be asked for": (RESTRICTED["seccomp unsaid"][0], "restricted", 19, True),
    "seccomp annotation counts no more": (pod(annotations={SECCOMP: "unconfined"}), "baseline", 19, False),
    "capabilities must be dropped": (RESTRICTED["capabilities kept"][0], "restricted", 22, True),
    "root's number counts": (RESTRICTED["root by number"][0], "restricted", 23, True),
    "Windows need not drop": (
        pod(container={"securityContext": {}}, own={"seccompProfile": None}, os={"name": "windows"}),
        "restricted",
        25,
        False,
    ),
    "reserved ports are safe": (
        pod(own={"sysctls": [{"name": "net.ipv4.ip_local_reserved_ports", "value": "1"}]}),
        "baseline",
        27,
        False,
    ),
    "keepalive is safe": (
        pod(own={"sysctls": [{"name": "net.ipv4.tcp_keepalive_time", "value": "1"}]}),
        "baseline",
        29,
        False,
    ),
    "container engines": (pod(own={"seLinuxOptions": {"type": "container_engine_t"}}), "baseline", 31, False),
    "buffers are safe": (
        pod(own={"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "1"}]}),
        "baseline",
        32,
        False,
    ),
    "hosts of probes count": (BASELINE["probe of another host"][0], "baseline", 34, True),
    "root in a user namespace": (pod(own={"runAsUser": 0}, hostUsers=False), "restricted", 35, False),
    "any user in a user namespace": (
        pod(own={"runAsNonRoot": None}, hostUsers=False),
        "restricted",
        35,
        False,
    ),
    "/proc in a user namespace": (
        pod(security={"procMount": "Unmasked"}, hostUsers=False),
        "baseline",
        35,
        False,
    ),
    "unsent data is safe": (
        pod(own={"sysctls": [{"name": "net.ipv4.tcp_notsent_lowat", "value": "1"}]}),
        "baseline",
        37,
        False,
    ),
}
"""A pod, a level, the version in which the answer changed, and whether it breaks the level from then on."""


@pytest.mark.parametrize("change", HISTORY)
def test_the_answer_changes_with_the_pinned_version(change: str) -> None:
    manifest, level, since, breaks = HISTORY[change]
    assert bool(broken(manifest, level, f"v1.{since - 1}")) is not breaks
    assert bool(broken(manifest, level, f"v1.{since}")) is breaks
    assert bool(broken(manifest, level)) is breaks


def test_a_user_namespace_does_not_unmask_proc_in_restricted() -> None:
    assert broken(HISTORY["/proc in a user namespace"][0], "restricted") == ["procMount_restricted"]


def test_a_cluster_knows_no_version_after_its_own() -> None:
    manifest = BASELINE["probe of another host"][0]
    assert [bool(broken(manifest, "baseline", version, 33)) for version in ("v1.34", "v1.99", "latest")] == [
        False
    ] * 3


class TestWhatTheServerMakesOfAPodFirst:
    """Found by comparison with a real one (tests/cluster)."""

    def test_an_unconfined_field_becomes_an_annotation_until_1_33(self) -> None:
        manifest = pod(security={"appArmorProfile": {"type": "Unconfined"}})
        old, new = (breaches(manifest, Standard("baseline"), minor)[0].offence for minor in (33, 34))
        assert old.detail.startswith('container "c" and annotation must not set')
        assert new.detail.startswith('container "c" must not set')

    def test_an_annotation_becomes_a_field_unless_the_pod_says_the_same(self) -> None:
        alone = pod(annotations={APP_ARMOR: "unconfined"})
        with_pod = pod({"appArmorProfile": {"type": "Unconfined"}}, annotations={APP_ARMOR: "unconfined"})
        details = [
            breaches(each, Standard("baseline"), NEWEST)[0].offence.detail for each in (alone, with_pod)
        ]
        assert details[0].startswith('container "c" and annotation must')
        assert details[1].startswith("pod and annotation must")

    def test_a_server_before_1_33_drops_proc_mount(self) -> None:
        manifest = BASELINE["unmasked /proc"][0]
        assert [broken(manifest, "baseline", cluster=minor) for minor in (32, 33)] == [[], ["procMount"]]


class TestLabels:
    """What a namespace asks for."""

    def test_without_labels_nothing(self) -> None:
        assert policy({}) == Policy()

    def test_what_is_enforced_is_warned_of(self) -> None:
        asked = policy({f"{PREFIX}enforce": "restricted", f"{PREFIX}enforce-version": "v1.30"})
        assert asked.enforce == asked.warn == Standard("restricted", "v1.30")
        assert asked.audit == Standard()

    def test_a_level_for_warnings_stands_for_itself(self) -> None:
        asked = policy({f"{PREFIX}enforce": "baseline", f"{PREFIX}warn": "privileged"})
        assert asked.warn == Standard()

    def test_each_wrong_label_is_told_at_its_place(self) -> None:
        labels = {
            f"{PREFIX}enforce": "strict",
            f"{PREFIX}warn-version": "1.30",
            f"{PREFIX}enforced": "baseline",
            f"{PREFIX}audit": "baseline",
            "app": "shop",
        }
        problems: list[Problem] = []
        read = read_labels({"metadata": {"labels": labels}}, ("items", 0), problems)
        assert read == {f"{PREFIX}audit": "baseline"}
        wrong = [f"{PREFIX}{key}" for key in ("enforce", "warn-version", "enforced")]
        assert [each.path for each in problems] == [("items", 0, "metadata", "labels", key) for key in wrong]

    def test_each_mode_speaks_for_itself(self) -> None:
        labels = {
            f"{PREFIX}enforce": "baseline",
            f"{PREFIX}warn": "restricted",
            f"{PREFIX}audit": "restricted",
        }
        said = {
            each.mode: each.text for each in judge(RESTRICTED["root by number"][0], policy(labels), NEWEST)
        }
        sentence = 'would violate PodSecurity "restricted:latest": runAsUser=0 (container "c" must not set runAsUser=0)'
        assert said == {"audit": sentence, "warn": sentence}


@pytest.mark.parametrize("profile", COMMITTED, ids=lambda path: path.stem)
def test_every_committed_profile_holds_restricted_in_every_version(profile: Any) -> None:
    templates = [
        each.manifest["spec"]["template"]
        for each in reviewed(profile).rendering.objects
        if each.manifest["kind"] == "StatefulSet"
    ]
    versions = ("latest", *(f"v1.{minor}" for minor in range(NEWEST + 1)))
    assert [broken(each, "restricted", version) for each in templates for version in versions] == [[]] * (
        len(templates) * len(versions)
    )
