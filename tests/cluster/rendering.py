"""Rendering: a committed profile rendered for a namespace of a test's own, by the command that a user runs."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml12
from click.testing import CliRunner

from cluster.api import CONFLICT
from redismanifests.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

    from cluster.api import Api
    from deployment import Manifest

_OF_PROFILE = re.compile(r"^namespace: .*$", re.MULTILINE)
_VERSION = re.compile(r"^kubernetesVersion: .*\n", re.MULTILINE)
_OF_LIMITS = re.compile(r"\bnamespace: [^,}\s]+")


@dataclass(frozen=True)
class Rendered:
    """A folder for ``kubectl apply -f``."""

    profile: Path
    """The copy that was rendered."""
    folder: Path
    objects: tuple[Manifest, ...]
    """In the order in which kubectl meets them."""

    def of_kind(self, kind: str) -> list[Manifest]:
        """The objects of one kind."""
        return [each for each in self.objects if each["kind"] == kind]

    @property
    def limit_ranges(self) -> tuple[Manifest, ...]:
        """Those in the files that the profile names."""
        named = yaml12.parse_yaml(self.profile.read_text("utf-8")).get("limits", ())
        texts = [yaml12.parse_yaml((self.profile.parent / each).read_text("utf-8")) for each in named]
        items = [item for text in texts for item in text.get("items", [text])]
        return tuple(item for item in items if item["kind"] == "LimitRange")

    def create_priority_classes(self, api: Api) -> None:
        """Those that the pods name, which belong to the cluster."""
        for stateful_set in self.of_kind("StatefulSet"):
            name = stateful_set["spec"]["template"]["spec"].get("priorityClassName")
            if name:
                own = {"metadata": {"name": name}, "value": 1000}
                made = api.create("/apis/scheduling.k8s.io/v1/priorityclasses", own)
                assert made.accepted or made.code == CONFLICT, made.message

    @property
    def brings_namespace(self) -> bool:
        """Whether the namespace is one of its objects."""
        return bool(self.of_kind("Namespace"))


def profile_for(profile: Path, namespace: str, kubernetes: str, room: Path) -> Path:
    """A copy of a committed profile in ``room``, with its limits: for ``namespace`` in a cluster of that version."""
    limits = profile.parent / "limits"
    if limits.is_dir():
        shutil.copytree(limits, room / "limits", dirs_exist_ok=True)
    copy = room / profile.name
    text = _VERSION.sub("", profile.read_text("utf-8"))
    here = f'namespace: {namespace}\nkubernetesVersion: "{kubernetes}"'
    copy.write_text(_OF_PROFILE.sub(here, text), "utf-8")
    for path in (room / "limits").glob("*.yaml"):
        path.write_text(_OF_LIMITS.sub(f"namespace: {namespace}", path.read_text("utf-8")), "utf-8")
    return copy


def rendered(profile: Path, folder: Path) -> Rendered:
    """``redismanifests render PROFILE -o FOLDER``."""
    done = CliRunner().invoke(cli, ["render", str(profile), "-o", str(folder)])
    assert done.exit_code == 0, done.output
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))]
    return Rendered(profile, folder, tuple(yaml12.parse_yaml(text) for text in texts))


def job_of(cron_job: Manifest) -> tuple[Manifest, Manifest]:
    """A Job that the controller makes of a CronJob, and its pod."""
    metadata = {"name": f"{cron_job['metadata']['name']}-1"}
    job = cron_job["spec"]["jobTemplate"]["spec"]
    pod = job["template"]
    return (
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": job},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {**pod["metadata"], **metadata}, "spec": pod["spec"]},
    )


def pods_of(stateful_set: Manifest, namespace: str, ordinal: int = 0) -> tuple[Manifest, list[Manifest]]:
    """The pod of that number that the controller makes of a StatefulSet, and its claims.

    Source: newStatefulSetPod, initIdentity and updateStorage in pkg/controller/statefulset/stateful_set_utils.go.
    """
    spec, template = stateful_set["spec"], stateful_set["spec"]["template"]
    name = f"{stateful_set['metadata']['name']}-{ordinal}"
    labels: dict[str, Any] = {
        **template["metadata"]["labels"],
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": str(ordinal),
    }
    claims = [_claim(each, name, namespace) for each in spec.get("volumeClaimTemplates", ())]
    volumes = [
        {
            "name": each["metadata"]["name"],
            "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]},
        }
        for each, claim in zip(spec.get("volumeClaimTemplates", ()), claims, strict=True)
    ]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], "name": name, "namespace": namespace, "labels": labels},
        "spec": {
            **template["spec"],
            "hostname": name,
            "subdomain": spec["serviceName"],
            "volumes": [*volumes, *template["spec"].get("volumes", ())],
        },
    }
    return pod, claims


def _claim(template: Manifest, pod: str, namespace: str) -> Manifest:
    return {
        **template,
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{template['metadata']['name']}-{pod}", "namespace": namespace},
    }
