"""Every committed profile, rendered for OpenShift, is what restricted-v2 admits; and ids are all that go.

The table is written down from the public object (openshift/cluster-kube-apiserver-operator, bindata/bootkube
scc-manifests, restricted-v2) and its provider (openshift/apiserver-library-go, sccmatching/provider.go).
"""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from deployment import COMMITTED, MINIMAL
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.prove.drill.measuring import job
from redismanifests.prove.drill.plan import Kind, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from redismanifests.judge.review import Review

Manifest = dict[str, Any]

VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"),
    *("persistentVolumeClaim", "projected", "secret"),
}
IDS = ("runAsUser", "runAsGroup", "fsGroup", "supplementalGroups")
PROFILES = ("RuntimeDefault",)
each_profile = pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)


@cache
def on(path: Path, platform: str) -> Review:
    """The review of a committed profile for a platform."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("platform:"))
    return review_of(source_from_text(str(path), f"platform: {platform}\n{text}"))


def pods(review: Review) -> Iterator[Manifest]:
    """The pods of every object that makes some, and of a drill."""
    for item in review.rendering.objects:
        if item.manifest["kind"] == "StatefulSet":
            yield item.manifest["spec"]["template"]["spec"]
    yield job(review.profile, plan(review.profile, Kind.FAILOVER))["spec"]["template"]["spec"]


def refusals(pod: Manifest) -> Iterator[str]:
    """What restricted-v2 refuses of a pod, and what it would have to assign elsewhere than we mean."""
    whole = pod.get("securityContext") or {}
    yield from (field for field in ("hostPID", "hostIPC", "hostNetwork") if pod.get(field))
    yield from (key for key in ("fsGroup", "supplementalGroups", "seLinuxOptions", "sysctls") if key in whole)
    for volume in pod.get("volumes", ()):
        yield from (f"volume {kind}" for kind in volume.keys() - {"name"} - VOLUMES)
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        own = whole | (container.get("securityContext") or {})
        yield from (
            key
            for key in ("runAsUser", "runAsGroup", "seLinuxOptions", "privileged")
            if own.get(key) is not None
        )
        if own.get("allowPrivilegeEscalation", True):
            yield "allowPrivilegeEscalation"
        capabilities = own.get("capabilities") or {}
        if "ALL" not in capabilities.get("drop", ()):
            yield "drop"
        yield from (f"add {name}" for name in {*capabilities.get("add", ())} - {"NET_BIND_SERVICE"})
        if (own.get("seccompProfile") or {}).get("type") not in PROFILES:
            yield "seccompProfile"
        yield from ("hostPort" for port in container.get("ports", ()) if port.get("hostPort"))


@each_profile
def test_every_pod_is_what_restricted_v2_admits(path: Path) -> None:
    assert [list(refusals(pod)) for pod in pods(on(path, "openshift"))] == [[], [], []]


@each_profile
def test_no_id_stands_anywhere(path: Path) -> None:
    text = b"".join(on(path, "openshift").rendering.files.values()).decode()
    assert [key for key in IDS if f"{key}:" in text] == []


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(inner) for key, inner in value.items() if key not in IDS}
    if isinstance(value, str):
        # A backup says which profile it is of, and the platform is a setting of it.
        return re.sub(r"^PROFILE_DIGEST=.*$", "", value, flags=re.MULTILINE)
    return [_without_ids(inner) for inner in value] if isinstance(value, list) else value


@each_profile
def test_ids_are_all_that_the_platform_takes_away(path: Path) -> None:
    here, there = (on(path, platform).rendering.objects for platform in ("kubernetes", "openshift"))
    # The test before this one shows that nothing is taken away there.
    assert [_without_ids(item.manifest) for item in here] == [_without_ids(item.manifest) for item in there]


@each_profile
def test_without_a_platform_it_is_kubernetes_byte_for_byte(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "\nplatform:" not in text:
        unsaid = review_of(source_from_text(str(path), text))
        assert unsaid.rendering.files == on(path, "kubernetes").rendering.files


def _in(pod: Manifest, **fields: object) -> None:
    pod["containers"][0]["securityContext"] |= fields


BREAKS: dict[str, Callable[[Manifest], object]] = {
    "hostNetwork": lambda pod: pod.update(hostNetwork=True),
    "fsGroup": lambda pod: pod["securityContext"].update(fsGroup=999),
    "runAsUser": lambda pod: _in(pod, runAsUser=999),
    "runAsGroup": lambda pod: _in(pod, runAsGroup=0),
    "seLinuxOptions": lambda pod: _in(pod, seLinuxOptions={}),
    "privileged": lambda pod: _in(pod, privileged=True),
    "volume hostPath": lambda pod: pod["volumes"].append({"name": "x", "hostPath": {"path": "/x"}}),
    "allowPrivilegeEscalation": lambda pod: _in(pod, allowPrivilegeEscalation=True),
    "drop": lambda pod: _in(pod, capabilities={"drop": ["KILL"]}),
    "add SYS_ADMIN": lambda pod: _in(pod, capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
    "seccompProfile": lambda pod: _in(pod, seccompProfile={"type": "Unconfined"}),
    "hostPort": lambda pod: pod["containers"][0]["ports"][0].update(hostPort=1),
}


@pytest.mark.parametrize("what", BREAKS)
def test_what_is_refused_would_be_noticed(what: str) -> None:
    pod = copy.deepcopy(next(pods(on(MINIMAL, "openshift"))))
    BREAKS[what](pod)
    assert set(refusals(pod)) == {what}
