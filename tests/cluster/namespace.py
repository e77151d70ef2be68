"""Namespace: one for each test, with what its owner asks of it, and everything in it deleted with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml12

from cluster.api import CONFLICT
from deployment import TOP
from redismanifests.judge.admission.resource_quota.resource_quota_name import plural_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster.api import Answer, Api
    from deployment import Manifest

RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}

REFERENCE_LIMITS: tuple[Manifest, ...] = tuple(
    yaml12.parse_yaml((TOP / "profiles" / "limits" / "jewelry-shop.yaml").read_text("utf-8"))["items"]
)
"""The LimitRange that the deployment this project comes from ran under."""

COLLECTIONS: dict[str, str] = {
    "Certificate": "apis/cert-manager.io/v1/namespaces/{}/certificates",
    "ConfigMap": "api/v1/namespaces/{}/configmaps",
    "ExternalSecret": "apis/external-secrets.io/v1/namespaces/{}/externalsecrets",
    "GrafanaDashboard": "apis/grafana.integreatly.org/v1beta1/namespaces/{}/grafanadashboards",
    "LimitRange": "api/v1/namespaces/{}/limitranges",
    "NetworkPolicy": "apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "PersistentVolumeClaim": "api/v1/namespaces/{}/persistentvolumeclaims",
    "Pod": "api/v1/namespaces/{}/pods",
    "CronJob": "apis/batch/v1/namespaces/{}/cronjobs",
    "Job": "apis/batch/v1/namespaces/{}/jobs",
    "PodDisruptionBudget": "apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "PodMonitor": "apis/monitoring.coreos.com/v1/namespaces/{}/podmonitors",
    "PrometheusRule": "apis/monitoring.coreos.com/v1/namespaces/{}/prometheusrules",
    "ResourceQuota": "api/v1/namespaces/{}/resourcequotas",
    "ScrapeConfig": "apis/monitoring.coreos.com/v1alpha1/namespaces/{}/scrapeconfigs",
    "Service": "api/v1/namespaces/{}/services",
    "ServiceAccount": "api/v1/namespaces/{}/serviceaccounts",
    "StatefulSet": "apis/apps/v1/namespaces/{}/statefulsets",
}


@dataclass(frozen=True)
class Namespace:
    """A namespace, which need not exist yet."""

    api: Api
    name: str

    @property
    def path(self) -> str:
        """Where the API server has it."""
        return f"/api/v1/namespaces/{self.name}"

    def create(self, labels: Mapping[str, str], limit_ranges: tuple[Manifest, ...] = ()) -> None:
        """Make it, and in it what a controller and its owner would: nothing of ours."""
        metadata = {"name": self.name, "labels": dict(labels)}
        self.api.create("/api/v1/namespaces", {"metadata": metadata}).succeeded()
        self.create_in("ServiceAccount", {"metadata": {"name": "default"}}).succeeded()
        for limit_range in limit_ranges:
            own = {**limit_range, "metadata": {**limit_range["metadata"], "namespace": self.name}}
            self.create_in("LimitRange", own).succeeded()

    def collection(self, kind: str) -> str:
        """Where the API server keeps the namespace's objects of a kind."""
        return "/" + COLLECTIONS[kind].format(self.name)

    def create_in(self, kind: str, manifest: Manifest, query: str = "") -> Answer:
        """Create one object."""
        return self.api.create(self.collection(kind), manifest, query)

    def create_object(self, manifest: Manifest, query: str = "") -> Answer:
        """Create one object of any kind."""
        api_version = manifest["apiVersion"]
        root = "apis" if "/" in api_version else "api"
        plural = plural_of(api_version, manifest["kind"]).partition(".")[0]
        return self.api.create(f"/{root}/{api_version}/namespaces/{self.name}/{plural}", manifest, query)

    def stored(self, manifest: Manifest) -> Manifest:
        """The object of the same kind and name, as the API server has it."""
        return self.api.get(self.place(manifest)).succeeded()

    def place(self, manifest: Manifest) -> str:
        """Where the API server has an object; the Namespace itself among them."""
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        return f"/api/v1/namespaces/{name}" if kind == "Namespace" else f"{self.collection(kind)}/{name}"

    def remove(self) -> None:
        """Delete it with all its objects: there is no controller that would empty it."""
        for kind in COLLECTIONS:
            # Services have no delete for a whole collection in older versions: one by one is as good.
            for item in self.api.get(self.collection(kind)).succeeded()["items"]:
                self.api.delete(f"{self.collection(kind)}/{item['metadata']['name']}?gracePeriodSeconds=0")
        gone = self.api.get(self.path)
        if gone.accepted:
            self.api.delete(self.path)
            # Its finalizer is the controller's to take away.
            unfinished = {**self.api.get(self.path).succeeded(), "spec": {"finalizers": []}}
            left = self.api.replace(f"{self.path}/finalize", unfinished)
            assert left.accepted or left.code == CONFLICT, left.message
