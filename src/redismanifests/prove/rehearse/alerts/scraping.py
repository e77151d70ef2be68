"""Scraping: the configuration and the targets of Prometheus, from the rendered objects.

A PodMonitor or a ScrapeConfig becomes what the Prometheus Operator makes of it; without either, the annotations of the
pods are followed by the job that Prometheus' documentation has for them. Discovery hands over the same labels as
Kubernetes' does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.alerts.order import EXPORTER_TIMEOUT_S, INTERVAL_S, SCRAPE_TIMEOUT_S
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.pods.pod import Pod

TARGETS = "targets.json"
STATES = "states.json"
"""The target that has the states of objects (states.py)."""
RULES = "rules"
"""The folder of rule files."""
_META = "__meta_kubernetes_"
_TIMEOUT = "--connection-timeout="
_SECONDS = {"scrape_interval": f"{INTERVAL_S:g}s", "scrape_timeout": f"{SCRAPE_TIMEOUT_S * 1000:g}ms"}


def paced(objects: Objects) -> Objects:
    """The same objects, with the time-out of the exporters compressed as well."""
    return Objects(tuple(_paced(item) for item in objects.items), objects.namespace)


def _paced(item: Object) -> Object:
    if item["kind"] != "StatefulSet":
        return item
    template = item["spec"]["template"]
    containers = [
        {**container, "args": [_shorter(word) for word in container["args"]]}
        if "args" in container
        else container
        for container in template["spec"]["containers"]
    ]
    spec = {**template["spec"], "containers": containers}
    return {**item, "spec": {**item["spec"], "template": {**template, "spec": spec}}}


def _shorter(word: str) -> str:
    return f"{_TIMEOUT}{EXPORTER_TIMEOUT_S:g}s" if str(word).startswith(_TIMEOUT) else word


def configuration(objects: Objects, folder: str, authority: str) -> dict[str, object]:
    """The configuration file; ``folder`` has the targets and the rules, ``authority`` is the CA's file."""
    jobs = [
        *(_monitored(objects, each, authority) for each in objects.of_kind("PodMonitor")),
        *(_configured(objects, each, authority) for each in objects.of_kind("ScrapeConfig")),
    ] or [_annotated()]

    def of(file: str) -> dict[str, object]:
        return {**_SECONDS, "file_sd_configs": [{"files": [f"{folder}/{file}"], "refresh_interval": "1s"}]}

    return {
        "global": {**_SECONDS, "evaluation_interval": _SECONDS["scrape_interval"]},
        "rule_files": [f"{folder}/{RULES}/*.yaml"],
        "scrape_configs": [
            *({**job, **of(TARGETS)} for job in jobs),
            {"job_name": "kube-state-metrics", **of(STATES)},
        ],
    }


def _keep(label: str, value: str) -> dict[str, object]:
    return {"source_labels": [_META + label], "regex": value, "action": "keep"}


def _label(source: str, target: str) -> dict[str, object]:
    return {"source_labels": [_META + source], "target_label": target}


_NAMED = [
    _label("namespace", "namespace"),
    _label("pod_name", "pod"),
    _label("pod_container_name", "container"),
]


def _monitored(objects: Objects, monitor: Object, authority: str) -> dict[str, object]:
    """The job that the operator makes of a PodMonitor's first endpoint."""
    spec = monitor["spec"]
    endpoint = spec["podMetricsEndpoints"][0]
    labels = spec["selector"]["matchLabels"].items()
    scheme = endpoint.get("scheme", "http")
    job: dict[str, object] = {
        "job_name": f"podMonitor/{objects.namespace}/{monitor['metadata']['name']}/0",
        "metrics_path": endpoint.get("path", "/metrics"),
        "scheme": scheme,
        "relabel_configs": [
            *(_keep(f"pod_label_{_word(name)}", re.escape(value)) for name, value in labels),
            _keep("pod_container_port_name", re.escape(endpoint["port"])),
            *_NAMED,
        ],
        "metric_relabel_configs": _relabeled(endpoint.get("metricRelabelings", ())),
    }
    return job | _trust(scheme, endpoint, authority)


def _configured(objects: Objects, scraper: Object, authority: str) -> dict[str, object]:
    """The job that the operator makes of a ScrapeConfig."""
    spec = scraper["spec"]
    scheme = spec.get("scheme", "HTTP").lower()
    job = {
        "job_name": f"scrapeConfig/{objects.namespace}/{scraper['metadata']['name']}",
        "metrics_path": spec.get("metricsPath", "/metrics"),
        "scheme": scheme,
        "relabel_configs": _relabeled(spec["relabelings"]),
        "metric_relabel_configs": _relabeled(spec.get("metricRelabelings", ())),
    }
    return job | _trust(scheme, spec, authority)


def _trust(scheme: str, owner: Object, authority: str) -> dict[str, object]:
    if scheme != "https":
        return {}
    return {"tls_config": {"ca_file": authority, "server_name": owner["tlsConfig"]["serverName"]}}


def _relabeled(steps: Iterable[Object]) -> list[dict[str, object]]:
    """Steps of the operator in the words of Prometheus."""
    return [{_snake(key): value for key, value in each.items()} for each in steps]


def _annotated() -> dict[str, object]:
    """The job for annotations (documentation/examples/prometheus-kubernetes.yml of Prometheus)."""
    annotation = _META + "pod_annotation_prometheus_io_"
    return {
        "job_name": "kubernetes-pods",
        # No annotation can say who signed.
        "tls_config": {"insecure_skip_verify": True},
        "relabel_configs": [
            _keep("pod_annotation_prometheus_io_scrape", "true"),
            {
                "source_labels": [annotation + "scheme"],
                "regex": "(https?)",
                "target_label": "__scheme__",
            },
            {"source_labels": [annotation + "path"], "regex": "(.+)", "target_label": "__metrics_path__"},
            {
                "source_labels": ["__address__", annotation + "port"],
                "regex": r"([^:]+)(?::\d+)?;(\d+)",
                "replacement": "$1:$2",
                "target_label": "__address__",
            },
            *_NAMED[:2],
        ],
    }


def targets(pods: Iterable[Pod]) -> list[dict[str, object]]:
    """What discovery finds: each port of each container of each pod that has an address."""
    found: list[dict[str, object]] = []
    for pod in sorted(pods, key=lambda pod: pod.name):
        metadata = pod.manifest["metadata"]
        if not pod.status().ip or not metadata.get("labels"):
            continue
        common = {
            f"{_META}namespace": metadata["namespace"],
            f"{_META}pod_name": pod.name,
            **_meta("pod_label", metadata["labels"]),
            **_meta("pod_annotation", metadata.get("annotations") or {}),
        }
        for container in pod.manifest["spec"]["containers"]:
            for port in container.get("ports", ()):
                number = str(port["containerPort"])
                own = {
                    f"{_META}pod_container_name": container["name"],
                    f"{_META}pod_container_port_name": port.get("name", ""),
                    f"{_META}pod_container_port_number": number,
                }
                found.append({"targets": [f"{pod.ip}:{number}"], "labels": common | own})
    return found


def _meta(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{_META}{kind}_{_word(name)}": value for name, value in values.items()}


def _word(name: str) -> str:
    """A name as a label of Prometheus has it."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", name)


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
